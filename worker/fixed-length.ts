/** Streams that say how long they are. */

/** workerd's; elsewhere the `content-length` header that goes with it is enough. */
declare const FixedLengthStream: (new (bytes: number) => TransformStream) | undefined;

/**
 * Streams `chunks` into `send` without keeping them. A stream of unknown length goes out chunked,
 * which S3 refuses (411); workerd has FixedLengthStream for that:
 * https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#fixedlengthstream
 *
 * @throws what `chunks` throws, else what `send` does, which it will where there are not exactly
 *   `bytes` bytes.
 */
export async function withLength<T>(
  bytes: number,
  chunks: AsyncIterable<Uint8Array>,
  send: (body: ReadableStream) => Promise<T>,
): Promise<T> {
  const { readable, writable } =
    typeof FixedLengthStream === 'undefined' ? new TransformStream() : new FixedLengthStream(bytes);
  const source: { error?: unknown } = {};
  const pumped = pump(watched(chunks, source), writable.getWriter());
  try {
    const answer = await send(readable);
    await pumped;
    return answer;
  } catch (error) {
    // Where the source broke, what the store said of it is of no interest.
    throw source.error ?? error;
  }
}

/** Never throws: what breaks here breaks the sending, too. */
async function pump(
  chunks: AsyncIterable<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
  }
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  source: { error?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    source.error = error;
    throw error;
  }
}
