/** Small pictures of images and videos: bounded when they are decoded, and released. */
import type { UploadSnapshot } from '../../../widget/index.ts';
import { fit } from '../../../widget/view/rows/thumbs/fit.ts';
import { imageSize } from '../../../widget/view/rows/thumbs/image-size.ts';
import { Thumbs } from '../../../widget/view/rows/thumbs/thumbs.ts';
import { equal, ok } from './assert.ts';
import { snapshot } from './fake-uploader.ts';
import { clear, parts, place, until } from './page.ts';

/** Five red frames of 64 × 32 pixels, as Chromium's MediaRecorder has written them. */
const RED_VIDEO =
  'GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQRChYECGFOAZwEAAAAAAAHkEU2bdLlNu4tTq4QVSalmU6yBbk27' +
  'i1OrhBZUrmtTrIGTTbuLU6uEH0O2dVOsgdRNu4xTq4QcU7trU6yCAdLsrgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmoCrXsYMPQkBEiYRDcjU/TYCGQ2hyb21lV0GGQ2hyb21lFlSua7yuuteBAXPF' +
  'h93lccV88bqDgQFV7oEBhoVWX1ZQOOCdsIFAuoEgU8CBAVWwkFWxgQFVuYECVbqBDVW7gQEfQ7Z1AQAAAAAAAPLngQCg' +
  '36GygQAAALACAJ0BKkAAIAAExwiFhYiZhIgaAgJ08n8zF66k4AD+7gm+h/8bx/ku/t32UAB1oaimpu6BAaWhcAIAnQEq' +
  'QAAgAAqHCIWFiJmEiDgCAAbQePxGiYD+664AoMWhpYEAeQARAgATEPQAGAzQygTblHAL541A/uwhH//BBfxBfxBWAAB1' +
  'oZimlu6BAaWRsQEAKhHAABgAGFgv9AAIhAD7gQCgxaGlgQDyAPEBABMQtAAYABtX9AwAIEHDgP7vKTG9f/ln/+y3/Zbw' +
  'gHWhmKaW7oEBpZGxAQAqEbAAGAAYWC/0AAiEAPuBeRxTu2uNu4uzgQC3hveBAfGB1A==';

function video(): File {
  const bytes = Uint8Array.from(atob(RED_VIDEO), (character) => character.charCodeAt(0));
  return new File([bytes], 'red.webm', { type: 'video/webm' });
}

async function image(width: number, height: number): Promise<File> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = '#c02040';
  context.fillRect(0, 0, width, height);
  return new File([await canvas.convertToBlob()], 'a.png', { type: 'image/png' });
}

const bytes = (...pieces: (string | number)[]): Blob =>
  new Blob(
    pieces.map((piece) =>
      typeof piece === 'number'
        ? new Uint8Array([piece])
        : Uint8Array.from(piece, (character) => character.charCodeAt(0)),
    ),
  );

/** Zeros, as a string for `bytes`. */
const zeros = (count: number): string => '\0'.repeat(count);

describe('the size in the header', () => {
  const ispe = (width: string, height: string): string =>
    `\0\0\0\x14ispe\0\0\0\0\0\0${width}\0\0${height}`;

  for (const [format, header] of [
    ['PNG', bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\0\0\x03\x04')],
    ['GIF', bytes('GIF89a\x02\x01\x04\x03', zeros(10))],
    ['BMP', bytes('BM', zeros(16), '\x02\x01\0\0\x04\x03\0\0')],
    ['BMP from the top', bytes('BM', zeros(16), '\x02\x01\0\0\xfc\xfc\xff\xff')],
    ['WebP', bytes('RIFF\0\0\0\0WEBPVP8 ', zeros(10), '\x02\x41\x04\x83')],
    // 257 and 771 in 14 bits each: one less than the size.
    ['WebP, lossless', bytes('RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f', '\x01\xc1\xc0\0')],
    ['WebP, extended', bytes('RIFF\0\0\0\0WEBPVP8X', zeros(8), '\x01\x01\0\x03\x03\0')],
    [
      'JPEG, behind a profile of 70,000 bytes',
      bytes(
        '\xff\xd8\xff\xe1\xff\xff',
        zeros(0xfffd),
        '\xff\xe2\x11\x70',
        zeros(0x116e),
        '\xff\xc4\0\x02\xff\xc2\0\x11\x08\x03\x04\x01\x02\x03',
      ),
    ],
    [
      'AVIF, of several tiles',
      bytes('\0\0\0\x20ftypavif', ispe('\0\x40', '\0\x40'), ispe('\x01\x02', '\x03\x04')),
    ],
  ] as const) {
    it(`is read of ${format}`, async () => {
      equal(await imageSize(header), { width: 258, height: 772 });
    });
  }

  for (const [what, header] of [
    ['of something else', bytes('<svg/>')],
    ['of nothing', bytes()],
    ['that is cut off', bytes('\x89PNG\r\n')],
    ['of a JPEG without a frame', bytes('\xff\xd8\xff\xe1\0\x02\xff\xe1\0\x02')],
  ] as const) {
    it(`${what} is an error, and not a guess`, async () => {
      const error = await imageSize(header).catch((reason: unknown) => reason);
      ok(error instanceof RangeError, String(error));
    });
  }

  it('is what a real file says', async () => {
    equal(await imageSize(await image(300, 20)), { width: 300, height: 20 });
  });
});

describe('an image is decoded', () => {
  for (const [width, height, resized] of [
    [4000, 3000, { resizeQuality: 'medium', resizeWidth: 171 }],
    [3000, 4000, { resizeQuality: 'medium', resizeHeight: 171 }],
    [128, 128, {}],
    [10, 20, {}],
    [1, 16, {}],
    [1000, 16_000, { resizeQuality: 'medium', resizeHeight: 512 }],
  ] as const) {
    it(`of ${width} × ${height}, small on both sides and never larger than it is`, () => {
      equal(fit({ width, height }), resized);
    });
  }

  for (const [width, height] of [
    [1, 16_000],
    [16_000, 1],
    [30_000, 30_000],
    [8001, 8000],
    [0, 10],
    [Number.NaN, 10],
  ] as const) {
    it(`not at all of ${width} × ${height}`, () => {
      let error: unknown;
      try {
        fit({ width, height });
      } catch (reason) {
        error = reason;
      }
      ok(error instanceof RangeError, 'it is refused');
    });
  }
});

describe('the tile of a row', () => {
  afterEach(clear);

  async function shown(...uploads: Partial<UploadSnapshot>[]): Promise<{
    readonly tiles: HTMLElement[];
    readonly decoded: ImageBitmap[];
    readonly restore: () => void;
  }> {
    const decoded: ImageBitmap[] = [];
    const real = globalThis.createImageBitmap;
    Object.assign(globalThis, {
      createImageBitmap: async (...given: Parameters<typeof real>) => {
        const bitmap = await real(...given);
        decoded.push(bitmap);
        return bitmap;
      },
    });
    const { element, engine } = await place();
    engine.show(...uploads);
    await element.updateComplete;
    const restore = (): void => void Object.assign(globalThis, { createImageBitmap: real });
    return { tiles: parts(element, 'thumb'), decoded, restore };
  }

  it('holds no picture of a strip of 1 × 16,000, and goes on to the next', async () => {
    const strip = await image(1, 16_000);
    const { tiles, decoded, restore } = await shown(
      { name: 'strip.png', file: strip },
      { name: 'b.png', file: await image(400, 200) },
    );
    await until(() => tiles[1]?.querySelector('canvas'));
    restore();
    equal(decoded.length, 1, 'the strip is not decoded');
    equal(tiles[0]?.textContent?.trim(), 'png');
    const canvas = tiles[1]?.querySelector('canvas');
    equal([canvas?.width, canvas?.height], [128, 128]);
    equal([decoded[0]?.width, decoded[0]?.height], [0, 0], 'the bitmap is closed');
  });

  it('shows a picture that is smaller than the tile as large as it is', async () => {
    const { tiles, restore } = await shown({ name: 'icon.png', file: await image(16, 20) });
    await until(() => tiles[0]?.querySelector('canvas'));
    restore();
    const canvas = tiles[0]?.querySelector('canvas');
    equal([canvas?.width, canvas?.offsetWidth, canvas?.offsetHeight], [16, 16, 16]);
  });

  it('shows a frame of a video, if the browser plays it, and lets go of the file', async () => {
    const canPlay = document.createElement('video').canPlayType('video/webm; codecs="vp8"') !== '';
    const revoked: string[] = [];
    const real = URL.revokeObjectURL;
    URL.revokeObjectURL = (url) => {
      revoked.push(url);
      real.call(URL, url);
    };
    const { tiles, restore } = await shown(
      { name: 'red.webm', file: video() },
      { name: 'b.png', file: await image(400, 200) },
    );
    await until(() => tiles[1]?.querySelector('canvas'));
    restore();
    URL.revokeObjectURL = real;
    equal(revoked.length, 1);
    const canvas = tiles[0]?.querySelector('canvas');
    equal(Boolean(canvas), canPlay);
    if (!canvas) return;
    equal([canvas.width, canvas.height], [32, 32]);
    const [red = 0, green = 0] = canvas.getContext('2d')?.getImageData(16, 16, 1, 1).data ?? [];
    ok(red > 150 && green < 90, `it is red: ${red}, ${green}`);
  });

  it('keeps the extension of a video that cannot be played', async () => {
    const broken = new File(['no video'], 'a.mp4', { type: 'video/mp4' });
    const { tiles, restore } = await shown(
      { name: 'a.mp4', file: broken },
      { name: 'b.png', file: await image(400, 200) },
    );
    await until(() => tiles[1]?.querySelector('canvas'));
    restore();
    equal(tiles[0]?.textContent?.trim(), 'mp4');
  });
});

describe('pictures', () => {
  it('are released with their uploads, and not drawn for those that have gone', async () => {
    let drawn = 0;
    const thumbs = new Thumbs(() => (drawn += 1));
    const [kept, removed, late] = await Promise.all([image(20, 20), image(20, 20), image(20, 20)]);
    for (const file of [kept, removed]) thumbs.of(file);
    await until(() => drawn === 2);
    thumbs.of(late);
    thumbs.keep([snapshot({ file: kept })]);
    ok(thumbs.of(kept), 'this one is still there');
    equal(drawn, 2);
    equal(thumbs.of(removed), undefined);
    await until(() => thumbs.of(removed));
    equal(drawn, 3, 'the late one was not drawn');
  });

  it('of videos are tried once where the page’s policy does not allow it', async () => {
    const frame = document.createElement('iframe');
    const told = new Promise<unknown>((resolve) =>
      addEventListener('message', ({ data }) => resolve(data), { once: true }),
    );
    frame.srcdoc = `<!doctype html>
      <meta http-equiv="content-security-policy" content="media-src 'self'">
      <script type="module">
        import { withFrame } from '/widget/view/rows/thumbs/video-frame.ts';
        let violations = 0;
        document.addEventListener('securitypolicyviolation', () => (violations += 1));
        const file = new File(['x'], 'a.webm', { type: 'video/webm' });
        let refused = 0;
        for (let time = 0; time < 3; time += 1) {
          await withFrame(file, () => undefined).catch(() => (refused += 1));
        }
        parent.postMessage({ violations, refused }, '*');
      </script>`;
    document.body.append(frame);
    const counts = await told;
    frame.remove();
    equal(counts, { violations: 1, refused: 3 });
  });
});
