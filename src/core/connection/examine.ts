import { bearerChallenge } from '../oauth/challenge.ts';
import type { Http, HttpContext } from '../oauth/http.ts';
import { findResourceMetadata } from '../oauth/resourceMetadata.ts';
import { findServerMetadata } from '../oauth/serverMetadata.ts';
import { connect } from './connect.ts';
import { type ConnectFailure, type Listing, type ListKind, listKinds } from './connection.ts';
import type { Examination, Step, StepName, Subject, WireLook } from './examination.ts';
import type { Exchange } from './exchange.ts';
import { initializeBody, mcpHeaders } from './initialize.ts';
import { type ConnectionLimits, defaultLimits } from './limits.ts';
import { findOtherAddresses } from './otherAddresses.ts';
import { comparePublishedKeys } from './publishedKeys.ts';
import { type Fetch, Recorder, type RequestHeader } from './recorder.ts';
import { schemeAndToken } from './schemeAndToken.ts';
import { looksLikePage } from './serverWords.ts';

export interface ExamineRequest {
  readonly subject: Subject;
  readonly http: Fetch;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<ConnectionLimits>;
  /** ms since the epoch */
  readonly now: () => number;
  readonly toleranceSeconds: number;
  /** The user said yes to plain http to this server. */
  readonly insecureAllowed?: boolean;
  /** Chooses a tool to call, once it is known which there are; undefined for none. */
  readonly chooseTool?: (tools: Listing) => Promise<string | undefined>;
  /** Looks below HTTP after a request has failed there. It sends no credential. */
  readonly lookAtWire?: (url: string, signal: AbortSignal) => Promise<WireLook | undefined>;
  /** Hears of each step when it begins. */
  readonly onStep?: (step: StepName) => void;
}

type Draft = { -readonly [Key in keyof Examination]: Examination[Key] };

/** How long the beginning of an open stream is waited for, in ms. */
const beginningTime = 2000;

/**
 * Does what a client does, and writes down what comes of it: asks without a token, reads what the server publishes about
 * itself, connects with the credential, lists, calls a tool if asked to, and looks around where that failed. The credential
 * goes to the server's own URL and nowhere else, and a refusal is never tried again. Never throws.
 */
export async function examine(request: ExamineRequest): Promise<Examination> {
  const { subject, signal } = request;
  const steps: Step[] = [];
  const found: Draft = {
    serverUrl: subject.serverUrl,
    facts: subject.facts,
    at: request.now(),
    toleranceSeconds: request.toleranceSeconds,
    steps,
    lists: {},
    others: [],
    cancelled: false,
  };
  const step = async (name: StepName, wanted: boolean, work: () => Promise<StepResult>): Promise<void> => {
    if (signal?.aborted || !wanted) {
      steps.push({ name, outcome: 'notNeeded', duration: 0, exchanges: [] });
      return;
    }
    request.onStep?.(name);
    const start = performance.now();
    const { ok, exchanges } = await work();
    steps.push({ name, outcome: ok ? 'done' : 'failed', duration: performance.now() - start, exchanges });
  };

  await step('reach', true, () => reach(request, found));
  const { bare } = found;
  // Who sends strangers to sign in, or shows them a page, may let in whoever brings a credential.
  const turnedAway = bare?.failure?.code === 'redirected' || isPageFor(bare);
  const answered = bare?.status !== undefined && bare.failure === undefined;
  const refused = bare?.status === 401 || bare?.status === 403;
  await step('metadata', answered && refused, () => readMetadata(request, found));
  const withheld = subject.header === undefined && subject.facts.refusal !== undefined;
  const connects = turnedAway ? subject.header !== undefined : answered && !withheld;
  await step('connect', connects, () => connectAndAsk(request, found, step));
  if (!steps.some(({ name }) => name === 'list')) {
    steps.push({ name: 'list', outcome: 'notNeeded', duration: 0, exchanges: [] });
  }
  if (!steps.some(({ name }) => name === 'call')) {
    steps.push({ name: 'call', outcome: 'notNeeded', duration: 0, exchanges: [] });
  }
  const order = ['reach', 'metadata', 'connect', 'list', 'call'];
  steps.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const failed = found.connected
    ? found.failure !== undefined
    : found.failure !== undefined || bare?.failure !== undefined || turnedAway;
  await step('look', failed && found.failure?.code !== 'cancelled', () => lookAround(request, found));
  found.cancelled = signal?.aborted ?? false;
  return found;
}

function isPageFor(bare: Exchange | undefined): boolean {
  return bare !== undefined && (bare.status ?? 0) < 300 && looksLikePage(bare);
}

interface StepResult {
  readonly ok: boolean;
  readonly exchanges: readonly Exchange[];
}

type RunStep = (name: StepName, wanted: boolean, work: () => Promise<StepResult>) => Promise<void>;

async function reach(request: ExamineRequest, found: Draft): Promise<StepResult> {
  const { subject, http, signal, now } = request;
  const recorder = new Recorder({
    http,
    serverUrl: subject.serverUrl,
    headers: plain(subject),
    limits: { ...defaultLimits, ...request.limits },
    now,
    ...(signal && { signal }),
  });
  try {
    const response = await recorder.fetch(subject.serverUrl, {
      method: 'POST',
      headers: mcpHeaders,
      body: initializeBody,
    });
    await readBeginning(response);
    const session = response.headers.get('mcp-session-id');
    if (session !== null && response.ok) {
      const ended = await recorder.fetch(subject.serverUrl, {
        method: 'DELETE',
        headers: { 'Mcp-Session-Id': session },
      });
      ended.body?.cancel().catch(() => undefined);
    }
  } catch {
    // What happened stands in the exchanges.
  } finally {
    recorder.close();
  }
  const { exchanges } = recorder;
  const [bare] = exchanges;
  if (bare) {
    found.bare = bare;
  }
  return { ok: bare?.status !== undefined && !bare.failure, exchanges };
}

/** Reads on until the message is there: the recorder keeps what went by. */
async function readBeginning(response: Response): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) {
    return;
  }
  const timer = setTimeout(() => reader.cancel().catch(() => undefined), beginningTime);
  try {
    for (let chunks = 0; chunks < 64; chunks++) {
      const { done, value } = await reader.read();
      // One event of a stream is enough; the stream may stay open for ever.
      if (done || new TextDecoder().decode(value).includes('\n\n')) {
        break;
      }
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => undefined);
  }
}

/** Every request of the metadata step, by the recorder's rules for what is written down; none carries a credential. */
function recordedHttp(http: Fetch, exchanges: Exchange[], now: () => number): Http {
  return async (url, init) => {
    const recorder = new Recorder({ http, serverUrl: url, headers: [], limits: defaultLimits, now });
    try {
      const response = await recorder.fetch(url, init);
      // Read to its end here: with the recorder, the limits on it go.
      const { status, headers } = response;
      const text = await response.text();
      return new Response(status === 204 || status === 205 || status === 304 ? null : text, { status, headers });
    } finally {
      recorder.close();
      exchanges.push(...recorder.exchanges);
    }
  };
}

function contextOf(request: ExamineRequest, exchanges: Exchange[]): HttpContext {
  return {
    http: recordedHttp(request.http, exchanges, request.now),
    timeLimit: 5000,
    ...(request.signal && { signal: request.signal }),
    ...(request.insecureAllowed && { insecureAllowed: true }),
  };
}

async function readMetadata(request: ExamineRequest, found: Draft): Promise<StepResult> {
  const { serverUrl } = request.subject;
  const exchanges: Exchange[] = [];
  const context = contextOf(request, exchanges);
  const policy = { serverUrl, ...(request.insecureAllowed && { insecureAllowed: true }) };
  const challenge = bearerChallenge(found.bare?.headers['www-authenticate']);
  const resource = await findResourceMetadata(context, policy, challenge?.resourceMetadata);
  if (resource.ok && resource.value) {
    found.resource = resource.value;
    const [issuer] = resource.value.authorizationServers;
    const server = issuer === undefined ? undefined : await findServerMetadata(context, policy, issuer);
    if (server?.ok) {
      found.authorizationServer = server.value;
    }
  }
  return { ok: true, exchanges };
}

async function connectAndAsk(request: ExamineRequest, found: Draft, step: RunStep): Promise<StepResult> {
  const { subject, http, signal, now } = request;
  const headers: RequestHeader[] = [
    ...(subject.header ? [subject.header] : []),
    ...subject.furtherHeaders,
    ...plain(subject),
  ];
  const outcome = await connect({
    serverUrl: subject.serverUrl,
    headers,
    http,
    now,
    ...(request.limits && { limits: request.limits }),
    ...(signal && { signal }),
  });
  if (!outcome.ok) {
    fail(found, outcome.failure, outcome.exchanges);
    return { ok: false, exchanges: outcome.exchanges };
  }
  const { connection } = outcome;
  const connecting = outcome.exchanges.length;
  const { transport, protocolVersion, server } = connection;
  found.connected = { transport, protocolVersion, server };
  try {
    await step('list', true, async () => {
      const lists: Partial<Record<ListKind, Listing>> = {};
      for (const kind of listKinds) {
        lists[kind] = await connection.list(kind);
      }
      found.lists = lists;
      const exchanges = connection.exchanges.slice(connecting);
      const failed = listKinds.map(kind => lists[kind]?.failure).find(failure => failure !== undefined);
      if (failed) {
        fail(found, failed, exchanges);
      }
      return { ok: !failed, exchanges };
    });
    const { tools } = found.lists;
    const tool = found.failure || !tools ? undefined : await request.chooseTool?.(tools);
    await step('call', tool !== undefined, async () => {
      const from = connection.exchanges.length;
      const answer = await connection.callTool(tool ?? '');
      const exchanges = connection.exchanges.slice(from);
      const exchange = exchanges.at(-1);
      found.call = { ...answer, tool: tool ?? '', ...(exchange && { exchange }) };
      if (answer.failure) {
        fail(found, answer.failure, exchanges);
      }
      return { ok: answer.outcome === 'answered', exchanges };
    });
  } finally {
    await connection.close();
  }
  return { ok: true, exchanges: outcome.exchanges.slice(0, connecting) };
}

function fail(found: Draft, failure: ConnectFailure, exchanges: readonly Exchange[]): void {
  found.failure = failure;
  const refused =
    exchanges.findLast(({ status, failure: ended }) => (status ?? 0) >= 400 || ended !== undefined) ?? exchanges.at(-1);
  // The client's second attempt, by the earlier transport, says less than the first where it found nothing.
  const same = exchanges.findLast(({ status }) => failure.status !== undefined && status === failure.status);
  const exchange = same ?? refused;
  if (exchange) {
    found.refused = exchange;
  }
}

async function lookAround(request: ExamineRequest, found: Draft): Promise<StepResult> {
  const { subject, http, signal } = request;
  const { serverUrl, header, facts } = subject;
  const { bare, failure, authorizationServer } = found;
  const exchanges: Exchange[] = [];
  const status = failure?.status ?? bare?.status ?? 0;
  const isMissing = [404, 405, 410, 501].includes(status) || (bare !== undefined && looksLikePage(bare));
  if (isMissing && !bare?.failure) {
    const isGuarded = bare?.status === 401 || bare?.status === 403;
    const limits = { ...defaultLimits, ...request.limits };
    const recorder = new Recorder({ http, serverUrl, headers: [], limits, now: request.now });
    found.others = await findOtherAddresses(serverUrl, recorder.fetch, isGuarded, signal);
    recorder.close();
    exchanges.push(...recorder.exchanges);
  }
  const network = bare?.failure?.code === 'network';
  if (network && request.lookAtWire) {
    const look = await request.lookAtWire(serverUrl, signal ?? AbortSignal.timeout(5000));
    if (look) {
      found.wire = look;
    }
  }
  if (authorizationServer && header && facts.token && (status === 401 || status === 403 || status === 400)) {
    const policy = { serverUrl, ...(request.insecureAllowed && { insecureAllowed: true }) };
    const { token } = schemeAndToken(header.value.reveal());
    const context = contextOf(request, exchanges);
    const keys = await comparePublishedKeys(context, policy, authorizationServer.issuer, token, facts.token);
    if (keys) {
      found.keys = keys;
    }
  }
  return { ok: true, exchanges };
}

function plain({ plainHeaders }: Subject): RequestHeader[] {
  return Object.entries(plainHeaders).map(([name, value]) => ({ name, value }));
}
