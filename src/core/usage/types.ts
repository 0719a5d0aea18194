/** Whose syntax an example is written in. */
export const exampleForms = ['curl', 'javascript', 'python', 'powershell', 'httpie', 'httpFile', 'inspector'] as const;
export type ExampleForm = (typeof exampleForms)[number];

/** What an example asks the server. */
export const exampleRequests = ['initialize', 'tools/list'] as const;
export type ExampleRequest = (typeof exampleRequests)[number];

/** A text in pieces: what is there already, and what comes from an environment variable when the example runs. */
export type Pieces = readonly (string | EnvironmentVariable)[];

export interface EnvironmentVariable {
  readonly variable: string;
}

export interface ExampleHeader {
  readonly name: string;
  readonly value: Pieces;
}

/** What is sent, whatever it is written in. */
export interface ExampleCall {
  readonly url: Pieces;
  /** The headers that this server wants, beside those that the protocol prescribes. */
  readonly headers: readonly ExampleHeader[];
  readonly request: ExampleRequest;
  /** The older HTTP+SSE transport, which few tools speak; Streamable HTTP if it isn't said. */
  readonly transport?: 'http' | 'sse';
}

/** The names of the variables that an example needs, in the order of their first use. */
export function variablesOf({ url, headers }: Pick<ExampleCall, 'url' | 'headers'>): string[] {
  const pieces = [url, ...headers.map(({ value }) => value)].flat();
  return [...new Set(pieces.flatMap(piece => (typeof piece === 'string' ? [] : [piece.variable])))];
}
