import type { HostOptions } from '../../host/hostOptions.ts';

/** Without the system's certificates VS Code trusts what Node does, to which the tests add an authority of their own. */
export const host = { settings: { 'http.systemCertificates': false } } satisfies HostOptions;
