import type { Miniflare } from 'miniflare';

const ENDS_WITHIN_MS = 10_000;

/**
 * Ends it, and holds this process until it has: workerd is gone by then, and what Miniflare still
 * waits for need not hold it.
 */
export async function dispose(miniflare: Miniflare | undefined): Promise<void> {
  const hold = setTimeout(() => undefined, ENDS_WITHIN_MS);
  try {
    await miniflare?.dispose();
  } finally {
    clearTimeout(hold);
  }
}
