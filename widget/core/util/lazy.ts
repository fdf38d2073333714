/**
 * Loads a module the first time it is needed, and once for all callers. A load that failed is tried
 * again by the next call.
 *
 * @returns a function that rejects with the browser's TypeError if the module cannot be loaded.
 */
export function lazy<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loading: Promise<Module> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}
