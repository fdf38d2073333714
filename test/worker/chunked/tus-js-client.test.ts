/** tus-js-client in Node, by tus 1.0 and by the draft that it speaks. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Upload, type UploadOptions } from 'tus-js-client';
import { IS_THOROUGH } from '../../thorough.ts';
import { MIB, startLab, type Lab } from '../harness.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';
import { callerOf, type Caller } from './calling.ts';

/** `protocol` is documented, and not in the types: https://github.com/tus/tus-js-client/blob/main/docs/api.md */
type Options = Partial<UploadOptions> & { readonly protocol?: string };

const PROTOCOLS = ['tus-v1', 'ietf-draft-05'] as const;
const CHUNK_SIZES = [1_500_000, 7 * MIB, Infinity];
const ALL = PROTOCOLS.flatMap((protocol) => CHUNK_SIZES.map((size) => [protocol, size] as const));
const DIAGONAL = [
  ['tus-v1', 1_500_000],
  ['ietf-draft-05', 7 * MIB],
  ['tus-v1', Infinity],
] as const;

onEveryStore(
  'tus-js-client',
  () => true,
  (running) => {
    let lab: Lab;
    let alice: Caller;
    let endpoint: string;
    const file = random(40 * MIB + 1);
    before(async () => {
      lab = await startLab(running(), { RELAY: 'on', MAX_BYTES: '60MiB' });
      alice = await callerOf(lab);
      endpoint = new URL('/chunks', (await lab.fetch('/health')).url).href;
    });
    after(() => lab.stop());

    /** Starts an upload; resolves with its URL when it is done, or when `until` says so. */
    function run(options: Options, until: (sent: number) => boolean = () => false) {
      return new Promise<string>((resolve, reject) => {
        const upload = new Upload(Buffer.from(file), {
          endpoint,
          headers: { authorization: alice.authorization },
          metadata: { filename: 'film.mp4', filetype: 'video/mp4' },
          retryDelays: [100, 300, 1000, 3000],
          ...options,
          onError: reject,
          onSuccess: () => resolve(upload.url ?? ''),
          onChunkComplete: (_size, accepted) => {
            if (!until(accepted)) return;
            void upload.abort().then(() => resolve(upload.url ?? ''));
          },
        });
        upload.start();
      });
    }

    for (const [protocol, chunkSize] of IS_THOROUGH ? ALL : DIAGONAL) {
      it(`sends 40 MiB by ${protocol} in pieces of ${chunkSize}, interrupted in between`, async () => {
        const paused =
          chunkSize === Infinity
            ? undefined
            : await run({ protocol, chunkSize }, (sent) => sent > 20 * MIB);
        if (paused !== undefined) {
          const { status, body } = await alice.call('GET', paused);
          assert.equal(status, 200, JSON.stringify(body));
          assert.ok(body.offset > 20 * MIB && body.offset < file.length, String(body.offset));
        }
        const url = await run({
          protocol,
          chunkSize,
          ...(paused !== undefined && { uploadUrl: paused }),
        });
        if (paused !== undefined) assert.equal(url, paused);
        const { body } = await alice.call('GET', url);
        assert.equal(body.state, 'complete');
        assert.deepEqual(await download(running(), body.key), file);
      });
    }

    it('waits for the end of a stream whose length it does not know', async () => {
      const url = await run({ uploadLengthDeferred: true, chunkSize: 9 * MIB });
      const { body } = await alice.call('GET', url);
      assert.equal(body.state, 'complete');
      assert.deepEqual(await download(running(), body.key), file);
    });

    it('retries what the store refused for a while', { timeout: 60_000 }, async () => {
      await lab.bend({ store: [{ on: ['PUT', 'partNumber=3'], status: 503, times: 6 }] });
      const url = await run({ chunkSize: 9 * MIB });
      await lab.bend({});
      const { body } = await alice.call('GET', url);
      assert.deepEqual(await download(running(), body.key), file);
    });
  },
);
