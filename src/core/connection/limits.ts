/** What a connection may cost at most. A server that wants more is given up, and the connection's failure says why. */
export interface ConnectionLimits {
  /** For everything from the first request to the last answer, in ms. */
  readonly time: number;
  /** For one answer, in ms. */
  readonly answerTime: number;
  /** Of one answer's body, in bytes. */
  readonly answerSize: number;
  /** Of all bodies together, in bytes. */
  readonly totalSize: number;
  readonly requests: number;
  /** Of one list; what comes after is left out. */
  readonly items: number;
  readonly pages: number;
}

export const defaultLimits: ConnectionLimits = {
  time: 45_000,
  answerTime: 15_000,
  answerSize: 4 * 1024 * 1024,
  totalSize: 16 * 1024 * 1024,
  requests: 60,
  items: 2000,
  pages: 20,
};
