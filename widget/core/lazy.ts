/**
 * A module that is loaded when it is first needed, once for all; asked for again after it could not
 * be loaded.
 *
 * @returns a function that rejects with the browser's TypeError where it cannot be loaded.
 */
export function lazy<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loading: Promise<Module> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}
