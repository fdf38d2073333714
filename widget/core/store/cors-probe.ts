/**
 * True if the store answers a request that needs no CORS, and none that needs it: the bucket's CORS
 * rule is what is missing. The second request has no body and not the signed headers, so the store
 * refuses it; that the page can read the refusal is what counts.
 */
export async function isCorsMissing(method: string, url: string): Promise<boolean> {
  if (await isAnswered(url, { method })) return false;
  return isAnswered(url, { method: 'HEAD', mode: 'no-cors' });
}

async function isAnswered(url: string, request: RequestInit): Promise<boolean> {
  try {
    await fetch(url, request);
    return true;
  } catch {
    return false;
  }
}
