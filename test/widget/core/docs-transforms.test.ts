/** The examples of docs/transforms.md, run as they stand there. */
import type { Transform, TransformContext, Validator } from '../../../widget/core/index.ts';
import { assert } from './fake/assert.ts';

const page = await (await fetch('/docs/transforms.md')).text();

/** Imports the example that the page marks with this word. */
async function example<T>(name: string, replace: (code: string) => string = (code) => code) {
  const [, code] = new RegExp('```js ' + name + '\\n([^]*?)\\n```').exec(page) ?? [];
  assert.ok(code, name);
  const blob = new Blob([replace(code ?? '')], { type: 'text/javascript' });
  return (await import(URL.createObjectURL(blob))) as T;
}

const steps: unknown[] = [];
const context: TransformContext = {
  id: 'id',
  signal: new AbortController().signal,
  progress: (step) => steps.push(step),
};

async function picture(width: number, height: number, type: string): Promise<File> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.fillRect(0, 0, width / 2, height);
  return new File([await canvas.convertToBlob({ type })], `picture`, { type });
}

async function sizeOf(blob: Blob): Promise<[number, number]> {
  const { width, height } = await createImageBitmap(blob);
  return [width, height];
}

describe('the examples of docs/transforms.md', () => {
  it('resize makes a large picture smaller, and leaves small ones and other files as they are', async () => {
    const { resize } = await example<{ resize: Transform }>('resize');
    const made = await resize(await picture(4096, 16, 'image/png'), context);
    assert.ok(made);
    if (made) assert.deepEqual([await sizeOf(made), made.type], [[2048, 8], 'image/png']);
    assert.equal(await resize(await picture(100, 16, 'image/png'), context), undefined);
    assert.equal(await resize(new File(['x'], 'a.txt'), context), undefined);
  });

  it('stripExif removes EXIF and nothing of the picture', async () => {
    const { stripExif } = await example<{ stripExif: Transform }>('strip-exif');
    const plain = await picture(32, 32, 'image/jpeg');
    const exif = new TextEncoder().encode('Exif\0\0GPS: here');
    const segment = new Uint8Array([0xff, 0xe1, 0, exif.length + 2, ...exif]);
    const tagged = new File([plain.slice(0, 2), segment, plain.slice(2)], 'a.jpg', {
      type: 'image/jpeg',
    });
    const made = await stripExif(tagged, context);
    assert.ok(made);
    const bytes = async (blob: Blob) => [...new Uint8Array(await blob.arrayBuffer())].join();
    if (made) assert.equal(await bytes(made), await bytes(plain));
    assert.equal(await stripExif(plain, context), undefined);
    const cut = new File([tagged.slice(0, 9)], 'cut.jpg', { type: 'image/jpeg' });
    await stripExif(cut, context);
    assert.equal(await stripExif(new File(['x'], 'a.png'), context), undefined);
  });

  it('heicToJpeg hands HEIC to the library, and gives the JPEG its name', async () => {
    const stub = `data:text/javascript,export const heicTo = async ({ type }) => new Blob(['x'], { type });`;
    const { heicToJpeg } = await example<{ heicToJpeg: Transform }>('heic', (code) =>
      code.replace("'heic-to'", JSON.stringify(stub)),
    );
    const made = await heicToJpeg(new File(['x'], 'IMG 1.HEIC', { lastModified: 5 }), context);
    assert.ok(made instanceof File);
    if (made instanceof File)
      assert.deepEqual([made.name, made.type, made.lastModified], ['IMG 1.jpg', 'image/jpeg', 5]);
    assert.equal(
      await heicToJpeg(new File(['x'], 'a.jpg', { type: 'image/jpeg' }), context),
      undefined,
    );
  });

  it('what encryptWith makes is decrypted by the key, and by nothing that was changed or cut', async () => {
    const { encryptWith, decrypt } = await example<{
      encryptWith: (key: CryptoKey) => Transform;
      decrypt: (blob: Blob, key: CryptoKey) => Promise<Blob>;
    }>('encrypt');
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    const throws = async (blob: Blob) =>
      assert.equal(
        await decrypt(blob, key).then(
          () => 'decrypted',
          () => 'refused',
        ),
        'refused',
      );
    for (const bytes of [0, 10, 2 ** 20, 2 ** 20 + 1]) {
      const file = new File([new Uint8Array(bytes).fill(7)], 'a.bin');
      const sealed = await encryptWith(key)(file, context);
      assert.ok(sealed instanceof File);
      if (!(sealed instanceof File)) continue;
      assert.equal(sealed.name, 'a.bin.enc');
      const opened = new Uint8Array(await (await decrypt(sealed, key)).arrayBuffer());
      assert.deepEqual([opened.length, opened.every((byte) => byte === 7)], [bytes, true]);
      await throws(sealed.slice(0, -1));
      if (bytes > 2 ** 20) await throws(sealed.slice(0, 7 + 2 ** 20 + 16));
    }
  });

  it('isWanted refuses with the server’s words, or because the server fails', async () => {
    const { isWanted } = await example<{ isWanted: Validator }>('validator');
    const { fetch: real } = globalThis;
    const { signal } = context;
    try {
      globalThis.fetch = async () => Response.json({ refusal: 'Too old.' });
      assert.equal(await isWanted(new File(['x'], 'a'), { signal }), 'Too old.');
      globalThis.fetch = async () => new Response('', { status: 500 });
      const reason = await Promise.resolve(isWanted(new File(['x'], 'a'), { signal })).catch(
        (error: Error) => error.message,
      );
      assert.equal(reason, 'The server couldn’t check this file.');
    } finally {
      globalThis.fetch = real;
    }
  });
});
