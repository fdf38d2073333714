import type { Size } from './fit.ts';

/** Enough for the header of every format but JPEG, whose size may come after a long profile. */
const HEADER_BYTES = 65_536;

type Reader = (view: DataView, file: Blob) => Size | Promise<Size> | undefined;

/** Readers by the first bytes of their format, in ASCII; a dot stands for any byte. */
const FORMATS: readonly (readonly [RegExp, Reader])[] = [
  [/^.PNG/s, (view) => ({ width: view.getUint32(16), height: view.getUint32(20) })],
  [/^GIF8/, (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) })],
  [/^BM/, bmp],
  [/^RIFF....WEBPVP8 /s, (view) => webp(view.getUint16(26, true), view.getUint16(28, true))],
  [/^RIFF....WEBPVP8L/s, (view) => webpLossless(view.getUint32(21, true))],
  [/^RIFF....WEBPVP8X/s, (view) => ({ width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) })],
  [/^\xff\xd8\xff/, (_, file) => jpeg(file)],
  [/^....ftyp/s, heif],
];

/**
 * The size of an image, read from the header of its file.
 *
 * @throws RangeError if the file is not an image of a known format, or is truncated.
 */
export async function imageSize(file: Blob): Promise<Size> {
  const view = new DataView(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const start = ascii(view, 0, Math.min(16, view.byteLength));
  const [, read] = FORMATS.find(([pattern]) => pattern.test(start)) ?? [];
  const size = await read?.(view, file);
  if (!size) throw new RangeError('not an image of a known format');
  return size;
}

/** A negative height means that the rows are stored from top to bottom. */
function bmp(view: DataView): Size {
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

/** The upper two bits say how it is scaled: https://www.rfc-editor.org/rfc/rfc6386#section-9.1 */
function webp(width: number, height: number): Size {
  return { width: width & 0x3fff, height: height & 0x3fff };
}

/** Twice 14 bits: https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification */
function webpLossless(bits: number): Size {
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
}

/** Walks over the segments to the one that starts the frame: https://www.w3.org/Graphics/JPEG/itu-t81.pdf */
async function jpeg(file: Blob): Promise<Size> {
  for (let offset = 2; ;) {
    const view = new DataView(await file.slice(offset, offset + 9).arrayBuffer());
    const marker = view.getUint8(1);
    // Not the tables that share the range: Huffman, JPG extensions, arithmetic conditioning.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: view.getUint16(7), height: view.getUint16(5) };
    }
    offset += 2 + view.getUint16(2);
  }
}

/** AVIF and HEIC: the largest of the `ispe` boxes, as there may be some of tiles and thumbnails. */
function heif(view: DataView): Size {
  const text = ascii(view, 0, view.byteLength);
  let largest = { width: 0, height: 0 };
  for (const { index } of text.matchAll(/ispe/g)) {
    const size = { width: view.getUint32(index + 8), height: view.getUint32(index + 12) };
    if (size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

function uint24(view: DataView, offset: number): number {
  return view.getUint16(offset, true) + (view.getUint8(offset + 2) << 16);
}

function ascii(view: DataView, start: number, length: number): string {
  return new TextDecoder('latin1').decode(new Uint8Array(view.buffer, start, length));
}
