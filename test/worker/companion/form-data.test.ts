/** Forms as hostile clients drip them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FormReader } from '../../../worker/http/form-data.ts';

/** CPU time in milliseconds of reading a field of so many bytes that comes byte by byte. */
async function costOf(bytes: number): Promise<number> {
  const boundary = '-'.repeat(69);
  // Nearly the boundary, over and over.
  const value = `\r\n${'-'.repeat(70)}`.repeat(Math.ceil(bytes / 72)).slice(0, bytes);
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="token"\r\n\r\n`;
  const text = `${head}${value}\r\n--${boundary}\r\n`;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const character of text) controller.enqueue(new TextEncoder().encode(character));
      controller.close();
    },
  });
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': String(text.length),
  };
  const request = new Request('https://x.example', {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  } as RequestInit);
  const reader = new FormReader(request);
  const began = process.cpuUsage();
  let opened = '';
  await assert.rejects(
    reader.read('token', async (token) => {
      opened = token;
      throw new Error('enough');
    }),
    /enough/,
  );
  const { user, system } = process.cpuUsage(began);
  assert.equal(opened, value);
  return (user + system) / 1000;
}

it('a form that comes byte by byte costs time in proportion to its length', async () => {
  await costOf(2000);
  const [short, long] = [await costOf(3000), await costOf(30_000)];
  // Ten times the bytes: some ten times the time, where searching anew would take a hundred.
  assert.ok(long < 40 * Math.max(short, 2), `${short} ms, then ${long} ms`);
});
