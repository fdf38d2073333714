/** The checksum of a whole file: verified by what the store knows or by reading it, or refused. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  CompleteManyAnswer,
  Created,
  ListAnswer,
  PartReceipt,
  Result,
  UploadStatusAnswer,
  Verifying,
  WholeAlgorithm,
} from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
import { WHOLE_ALGORITHMS } from '../../worker/protocol/checksum.ts';
import { createStore } from '../../worker/s3/store.ts';
import { createTokens } from '../../worker/token.ts';
import { apps } from './apps.ts';
import { sumOf, tokenOf, type Answer, type Client } from './harness.ts';
import { quickSum } from './quick-sums.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, MIB, random } from './s3/uploads.ts';

const LARGE = random(6 * MIB + 77);
const SMALL = random(100_001);
/** Parts of 5 MiB are read in four steps. */
const VERIFY = { maxBytes: 8 * MIB, stepBytes: 2 * MIB };
const STEPS = 4;

const rightOf = (algorithm: WholeAlgorithm, body: Uint8Array) => ({
  algorithm,
  value: quickSum(algorithm, body),
});
/** Of other bytes: as long as a right one. */
const wrongOf = (algorithm: WholeAlgorithm) => rightOf(algorithm, new Uint8Array(3));

onEveryStore(
  'the checksum of a whole file',
  () => true,
  (running) => {
    const mount = apps(running, `whole-tests/${randomUUID()}/`);

    /** As a page does it: with the checksum of a small file in Create. */
    const begin = async (client: Client, body: Uint8Array, more: object = {}) => {
      const policy = (await client.get<{ singleChecksum: 'md5' | null }>('/policy')).body;
      const isSmall = body.length < 5 * MIB;
      const plan = { kind: 'single', bytes: body.length } as const;
      const sum = sumOf({ checksum: policy.singleChecksum, plan }, body).checksum;
      const checksums = isSmall && sum !== undefined ? { checksums: [sum] } : {};
      const upload = await client.create({ bytes: body.length, ...checksums, ...more });
      return { upload, parts: await client.sendParts(upload, body) };
    };

    /** Asks until the answer is no longer that it is being verified. */
    const finish = async (
      client: Client,
      { upload, parts }: { upload: Created; parts: PartReceipt[] },
      checksum: unknown,
    ) => {
      const states: Verifying[] = [];
      for (;;) {
        const answer = await client.complete<Result & Verifying>(upload, { parts, checksum });
        if (answer.status !== 202) return { answer: answer as Answer<Result>, states };
        states.push(answer.body);
        assert.equal(answer.headers.get('retry-after'), String(answer.body.retryAfter));
        assert.ok(states.length < 20, 'it goes on');
      }
    };

    /** Whether the store or the parts prove it, so that nothing is read. */
    const isProven = (upload: Created, algorithm: WholeAlgorithm) => {
      const { fullObjectChecksums, md5ETags } = running().config.profile;
      const own = upload.checksum === algorithm;
      if (upload.plan.kind === 'single') return own || (algorithm === 'md5' && md5ETags);
      return own && fullObjectChecksums.some((one) => one === algorithm);
    };

    for (const algorithm of WHOLE_ALGORITHMS) {
      for (const [kind, body] of [
        ['of several parts', LARGE],
        ['of one request', SMALL],
      ] as const) {
        it(`is verified by its ${algorithm} for a file ${kind}`, async () => {
          const { client } = mount({}, { verify: VERIFY });
          const begun = await begin(client, body);
          const right = rightOf(algorithm, body);
          const { answer, states } = await finish(client, begun, right);
          assert.equal(answer.status, 200, JSON.stringify(answer.body));
          assert.equal(answer.body.checksum, right.value);
          assert.equal(answer.body.checksumAlgorithm, algorithm);
          const proven = isProven(begun.upload, algorithm);
          assert.equal(answer.body.verifiedBy, proven ? 'store' : 'worker');
          const read = proven ? 0 : Math.ceil(body.length / VERIFY.stepBytes) - 1;
          assert.deepEqual(
            states.map(({ verifiedBytes }) => verifiedBytes),
            Array.from({ length: read }, (_, index) => (index + 1) * VERIFY.stepBytes),
          );
          const again = await client.complete(begun.upload, {
            parts: begun.parts,
            checksum: right,
          });
          assert.deepEqual(again.body, answer.body, 'and the same is said again');
          assert.deepEqual(await download(running(), begun.upload.key), body);
        });

        it(`is refused if its ${algorithm} is wrong for a file ${kind}`, async () => {
          const { client } = mount({}, { verify: VERIFY });
          const begun = await begin(client, body);
          const { answer } = await finish(client, begun, wrongOf(algorithm));
          assert.equal(answer.status, 422, JSON.stringify(answer.body));
          assert.equal(answer.problem.code, 'checksum_mismatch');
          const head = () => running().store.head(begun.upload.key);
          if (isProven(begun.upload, algorithm) && begun.upload.requests[0]?.fields === undefined) {
            assert.equal(await head(), undefined, 'before anything is made of the parts');
            const { answer: second } = await finish(client, begun, rightOf(algorithm, body));
            assert.equal(second.status, 200, JSON.stringify(second.body));
            assert.deepEqual(await download(running(), begun.upload.key), body);
          } else {
            assert.equal(await head(), undefined, 'and what was stored is removed');
            const again = await client.complete(begun.upload, {
              parts: begun.parts,
              checksum: rightOf(algorithm, body),
            });
            assert.equal(again.status, 422, 'for good');
            const { body: status } = await client.get<UploadStatusAnswer>(
              `/uploads/${begun.upload.id}`,
            );
            assert.equal(status.state, 'aborted');
            assert.equal(status.result, undefined);
          }
        });

        it(`is refused at Create by ${algorithm} for a file ${kind} if it could not be verified`, async () => {
          const verify = { ...VERIFY, maxBytes: body.length - 1 };
          const { client } = mount({}, { verify });
          const begun = await begin(client, body);
          const announced = { checksum: rightOf(algorithm, body) };
          const slot = await client.tryCreate({ bytes: body.length, ...announced });
          const { answer } = await finish(client, begun, announced.checksum);
          if (isProven(begun.upload, algorithm)) {
            assert.equal(answer.status, 200, JSON.stringify(answer.body));
            return;
          }
          assert.ok(isRefused(slot));
          assert.equal(slot.problem.code, 'invalid_request');
          assert.equal(slot.problem.field, 'files[0].checksum');
          assert.match(
            slot.problem.detail,
            new RegExp(`${verify.maxBytes} bytes .VERIFY_MAX_BYTES`),
          );
          assert.equal(answer.status, 400, JSON.stringify(answer.body));
          assert.equal(answer.problem.field, 'checksum');
          // Nothing is half done.
          const plain = await client.complete(begun.upload, { parts: begun.parts });
          assert.equal(plain.status, 200, JSON.stringify(plain.body));
          assert.deepEqual(await download(running(), begun.upload.key), body);
        });
      }
    }
  },
);
