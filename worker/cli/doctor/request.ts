/** Sends one request of a check, and reads its whole answer. */

const TIMEOUT_MS = 10_000;

export interface TextAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly text: string;
}

/** Undefined if nothing answers in time. Redirects are not followed, because signatures are not valid there. */
export async function request(
  url: string,
  init: RequestInit = {},
): Promise<TextAnswer | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { redirect: 'manual', signal, ...init });
    const { status, ok, headers } = response;
    return { status, ok, headers, text: await response.text() };
  } catch {
    return undefined;
  }
}
