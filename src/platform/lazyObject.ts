/** The same methods, all of them asynchronous. */
export type AsyncMethods<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

/**
 * An object whose code is loaded with the first call of one of its methods. For what every command may need and activation
 * doesn't.
 */
export function lazyObject<T extends object>(load: () => Promise<T>): AsyncMethods<T> {
  let loading: Promise<T> | undefined;
  return new Proxy({} as AsyncMethods<T>, {
    get: (_, name) =>
      // A promise asks what it is given whether it is one too.
      name === 'then'
        ? undefined
        : async (...args: unknown[]) => {
            loading ??= load();
            const object = await loading;
            const method: unknown = Reflect.get(object, name);
            return typeof method === 'function' ? method.apply(object, args) : undefined;
          },
  });
}
