/** Clients that break off while the Worker reads their request. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as v from 'valibot';
import { readBody } from '../../worker/http/body.ts';
import { FormReader } from '../../worker/http/form-data.ts';

/** A request of which this text comes, and then nothing more. */
function brokenOff(text: string, type: string): Request {
  const pieces = [new TextEncoder().encode(text)];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else controller.error(new TypeError('The connection was lost.'));
    },
  });
  const headers = { 'content-type': type, 'content-length': '1000' };
  const init = { method: 'POST', headers, body, duplex: 'half' };
  return new Request('https://x.example', init as RequestInit);
}

it('JSON that breaks off is incomplete, and no defect of the Worker', async () => {
  const reading = readBody(brokenOff('{"files":', 'application/json'), v.object({}));
  await assert.rejects(reading, { name: 'ProblemError', code: 'incomplete' });
});

it('a form that breaks off is incomplete, in a field or in its file', async () => {
  const type = 'multipart/form-data; boundary=b';
  const field = '--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc';
  const reading = new FormReader(brokenOff(field, type)).read('token', async (token) => token);
  await assert.rejects(reading, { name: 'ProblemError', code: 'incomplete' });

  const file = `${field}\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nhello`;
  const { form } = await new FormReader(brokenOff(file, type)).read('token', async () => 1);
  await assert.rejects(Array.fromAsync(form.chunks), { name: 'ProblemError', code: 'incomplete' });
});
