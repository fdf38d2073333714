/** Discards the rest of request bodies. */

/**
 * More than Cloudflare passes on: 500 MB at most, by plan
 * (https://developers.cloudflare.com/workers/platform/limits/#request-limits).
 */
const MAX_ANNOUNCED_BYTES = 512 * 1024 * 1024;
/** Of a body that does not say where it ends. */
const MAX_ENDLESS_BYTES = 1024 * 1024;

/**
 * Reads the rest of a body of which something has been read. Measured on workerd behind `wrangler dev`
 * with bodies of 8 to 90 MiB: after a part of the body, or `cancel()`, half of the clients or more lose
 * the connection before they see the answer; after the whole body none does. Leave a body alone of
 * which nothing has been read: then none does either. Only without a proxy before workerd do clients
 * lose such answers, too (a quarter of them, with Node's `fetch` and 8 MiB).
 *
 * @param request tells by its Content-Length whether the body has an end.
 */
export async function drain(
  reader: { read(): Promise<{ readonly value?: Uint8Array | undefined }> } | undefined,
  request: Pick<Request, 'headers'>,
): Promise<void> {
  const isAnnounced = request.headers.has('content-length');
  try {
    for (let left = isAnnounced ? MAX_ANNOUNCED_BYTES : MAX_ENDLESS_BYTES; left > 0;) {
      const { value } = (await reader?.read()) ?? {};
      if (!value?.length) return;
      left -= value.length;
    }
  } catch {
    // The client has broken off and does not wait for an answer.
  }
}
