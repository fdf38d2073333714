/** The build keeps what Terser made. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { minify } from '../../../worker/build/kept-minify.ts';

const CODE = 'export function double(number) {\n  const two = 2;\n  return number * two;\n}\n';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-upload-minify-'));
});
after(() => rm(folder, { recursive: true }));

it('gives the kept result for the same code and options, and a new one for others', async () => {
  const options = { module: true };
  const first = await minify(CODE, options, folder);
  assert.ok((first.code ?? CODE).length < CODE.length);
  const [file = ''] = await readdir(folder);
  await writeFile(join(folder, file), JSON.stringify({ code: 'kept' }));
  assert.equal((await minify(CODE, options, folder)).code, 'kept');
  const other = await minify(CODE, { module: true, mangle: false }, folder);
  assert.match(other.code ?? '', /number/);
  assert.match(
    (await minify(CODE.replace('double', 'twice'), options, folder)).code ?? '',
    /twice/,
  );
});

it('minifies again where what it kept is damaged', async () => {
  const first = await minify(CODE, {}, folder);
  for (const file of await readdir(folder)) await writeFile(join(folder, file), '{"code":');
  assert.deepEqual(await minify(CODE, {}, folder), first);
});
