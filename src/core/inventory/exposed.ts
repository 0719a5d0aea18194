import type { ParsedServer } from '../config/types.ts';
import type { Detection, SecretPlace } from '../detect/types.ts';
import type { Finding, FindingCode } from '../findings.ts';
import { statusOf } from './status.ts';
import type { FileSnapshot, HeaderSnapshot, ServerSnapshot } from './types.ts';

/** What is known about a file beside its text that makes a secret in it worse. */
export interface Exposure {
  /** Git has the file in its index: it goes wherever the repository goes. */
  readonly tracked: boolean;
  /** Settings Sync uploads the file. */
  readonly synced: boolean;
}

export const unexposed: Exposure = { tracked: false, synced: false };

/**
 * Joins what the detector found with what analysis found, which knows nothing but header values. A header's secret is one
 * finding, whoever found it: the detector adds those that a name doesn't give away and takes none back, because what
 * stands in a header that authenticates is sent as a credential, however unlike one it looks.
 *
 * Linear. Servers and headers without a secret stay the objects that they were.
 */
export function withExposed(file: FileSnapshot, detections: readonly Detection[], exposure: Exposure): FileSnapshot {
  const findings: Finding[] = [];
  const perServer: Detection[][] = [];
  // Both are in the order of the text.
  let index = 0;
  for (const detection of detections) {
    while ((file.servers[index]?.parsed.span.end ?? Number.POSITIVE_INFINITY) <= detection.span.start) {
      index++;
    }
    const server = file.servers[index];
    if (server && server.parsed.span.start <= detection.span.start) {
      perServer[index] ??= [];
      perServer[index]?.push(detection);
    } else {
      findings.push(findingOf(detection, exposure));
    }
  }
  const worse = exposure.tracked || exposure.synced;
  const servers =
    perServer.length === 0 && !worse
      ? file.servers
      : file.servers.map((server, position) => mergeServer(server, perServer[position] ?? [], exposure));
  return { ...file, servers, findings, exposed: detections };
}

/**
 * Those of a file's secrets that belong to these servers: where a file holds servers of other projects beside them, each
 * secret is told of once, and by whom it concerns. Both are in the order of the text.
 */
export function inServers(detections: readonly Detection[], servers: readonly ParsedServer[]): readonly Detection[] {
  let index = 0;
  return detections.filter(({ span }) => {
    while ((servers[index]?.span.end ?? Number.POSITIVE_INFINITY) <= span.start) {
      index++;
    }
    const server = servers[index];
    return server !== undefined && server.span.start <= span.start;
  });
}

function mergeServer(server: ServerSnapshot, detections: readonly Detection[], exposure: Exposure): ServerSnapshot {
  const inHeaders = new Map<HeaderSnapshot, Detection>();
  const findings: Finding[] = [];
  const { url } = server.parsed;
  let index = 0;
  for (const detection of detections) {
    const { start } = detection.span;
    while ((server.headers[index]?.parsed.valueSpan.end ?? Number.POSITIVE_INFINITY) <= start) {
      index++;
    }
    const header = server.headers[index];
    if (header && header.parsed.valueSpan.start <= start) {
      inHeaders.set(header, detection);
    } else {
      const finding = findingOf(detection, exposure);
      const ownUrl = url !== undefined && url.span.start <= start && start < url.span.end;
      findings.push(ownUrl ? { ...finding, data: { ...finding.data, ownUrl } } : finding);
    }
  }
  let headersChanged = false;
  const headers = server.headers.map(header => {
    const merged = mergeHeader(header, inHeaders.get(header), exposure);
    headersChanged ||= merged !== header;
    return merged;
  });
  return findings.length === 0 && !headersChanged
    ? server
    : { ...server, headers, findings: [...server.findings, ...findings] };
}

function mergeHeader(header: HeaderSnapshot, detection: Detection | undefined, exposure: Exposure): HeaderSnapshot {
  const known = header.findings.find(({ code }) => code === 'secret-in-file');
  if (known) {
    // Made by the analysis that this snapshot comes from, and shown to nobody yet.
    Object.assign(known, secretIn(known, exposure));
    return header;
  }
  if (!detection || header.kind === 'keyring') {
    return header;
  }
  const finding = { ...findingOf(detection, exposure), span: header.parsed.valueSpan };
  const findings = [...header.findings, { ...finding, data: { ...finding.data, header: header.parsed.name } }];
  const { parsed, kind, credentialId, token, verification } = header;
  return {
    parsed,
    kind,
    ...(credentialId !== undefined && { credentialId }),
    ...(token && { token }),
    ...(verification && { verification }),
    authenticates: true,
    status: statusOf(findings),
    findings,
  };
}

/** A detection as a finding, at the secret itself. */
export function findingOf(detection: Detection, exposure: Exposure): Finding {
  const { place, name, server, rule, span } = detection;
  return secretIn(
    { code: codes[place] ?? 'secret-in-file', severity: 'warning', span, data: { place, name, server, rule } },
    exposure,
  );
}

function secretIn(finding: Finding, { tracked, synced }: Exposure): Finding {
  return {
    ...finding,
    severity: tracked || synced ? 'error' : 'warning',
    data: { ...finding.data, ...(tracked && { tracked }), ...(synced && { synced }) },
  };
}

const codes: Readonly<Partial<Record<SecretPlace, FindingCode>>> = {
  argument: 'secret-in-args',
  'url-query': 'secret-in-url',
  'url-userinfo': 'secret-in-url',
  'url-path': 'secret-in-url',
};
