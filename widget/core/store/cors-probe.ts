/**
 * True if the store answers a request that needs no CORS. If one with CORS gets no answer, the
 * bucket's CORS rule is what is missing.
 */
export async function isReachableWithoutCors(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'HEAD', mode: 'no-cors' });
    return true;
  } catch {
    return false;
  }
}
