import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCapped } from '../../worker/util/read-capped.ts';

/** A body of these chunks, and how many of them were taken from it. */
function bodyOf(chunks: readonly string[]) {
  const state = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[state.pulled];
        if (chunk === undefined) return controller.close();
        state.pulled += 1;
        controller.enqueue(new TextEncoder().encode(chunk));
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, state };
}

describe('reading a body with a cap', () => {
  it('gives the whole body in order, up to the very last byte allowed', async () => {
    const bytes = await readCapped(bodyOf(['ab', 'cde', 'f']).body, 6);
    assert.equal(new TextDecoder().decode(bytes), 'abcdef');
  });

  it('cancels a body as soon as it is one byte too long', async () => {
    const { body, state } = bodyOf(['ab', 'cde', 'f', 'g']);
    assert.equal(await readCapped(body, 4), undefined);
    assert.deepEqual(state, { pulled: 2, cancelled: true });
  });

  it('leaves the rest to the caller on request', async () => {
    const { body, state } = bodyOf(['ab', 'cde', 'f']);
    const rest: string[] = [];
    const discard = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
      rest.push(new TextDecoder().decode((await reader.read()).value));
    };
    assert.equal(await readCapped(body, 4, discard), undefined);
    assert.deepEqual(rest, ['f']);
    assert.equal(state.cancelled, false);
  });

  it('returns no bytes if there is no body', async () => {
    assert.equal((await readCapped(null, 4))?.length, 0);
  });

  it('throws what a broken stream throws', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('cut off')),
    });
    await assert.rejects(readCapped(broken, 4), /cut off/);
  });
});
