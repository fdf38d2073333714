/** Reads bodies whose announced size cannot be trusted. */

/**
 * The whole body, or undefined as soon as it passes `maxBytes`. The bytes are counted as they come,
 * because `Content-Length` is only what the other side claims.
 *
 * @param discard what to do with the rest of a body that is too large. Default: cancel it.
 * @throws what the stream throws when it breaks off.
 */
export async function readCapped(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  discard: (reader: ReadableStreamDefaultReader<Uint8Array>) => Promise<void> = cancel,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { value } = await reader.read();
    if (value === undefined) return concatenate(chunks, total);
    total += value.byteLength;
    if (total > maxBytes) {
      await discard(reader);
      return undefined;
    }
    chunks.push(value);
  }
}

function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  return reader.cancel();
}

function concatenate(chunks: readonly Uint8Array[], total: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return joined;
}
