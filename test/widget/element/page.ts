/** A page with one `<s3-upload>` in it, and how a user finds things there: by role and by name. */
import { render, type TemplateResult } from 'lit';
import { html } from 'lit';
import '../../../widget/index.ts';
import type { S3UploadElement } from '../../../widget/index.ts';
import { FakeUploader } from './fake-uploader.ts';

export { html };

const HOLDER_ID = 'test-holder';

/** Draws `template` into the page, gives its element a fake engine, and waits until it is drawn. */
export async function place(
  template: TemplateResult = html`<s3-upload multiple></s3-upload>`,
): Promise<{ element: S3UploadElement; engine: FakeUploader; holder: HTMLElement }> {
  clear();
  const holder = document.createElement('div');
  holder.id = HOLDER_ID;
  document.body.append(holder);
  render(template, holder);
  const element = holder.querySelector('s3-upload');
  if (!element) throw new Error('no <s3-upload> on the page');
  const engine = new FakeUploader();
  element.uploader = engine;
  await element.updateComplete;
  return { element, engine, holder };
}

/** Takes away what the test before has left. */
export function clear(): void {
  document.getElementById(HOLDER_ID)?.remove();
}

/** A UUID that can be told from others by a letter or a number. */
export function idOf(name: string | number): string {
  return `0190b8d2-7c3a-7000-8000-${[...`${name}`]
    .map((one) => one.charCodeAt(0).toString(16))
    .join('')
    .padStart(12, '0')}`;
}

export function file(name: string, { bytes = 3, type = '' } = {}): File {
  return new File([new Uint8Array(bytes)], name, { type });
}

function rootOf(element: Element): ShadowRoot {
  if (!element.shadowRoot) throw new Error('no shadow root');
  return element.shadowRoot;
}

export function parts(element: Element, name: string): HTMLElement[] {
  return [...rootOf(element).querySelectorAll<HTMLElement>(`[part~="${name}"]`)];
}

export function part(element: Element, name: string): HTMLElement {
  const [first] = parts(element, name);
  if (!first) throw new Error(`no part "${name}" in ${rootOf(element).innerHTML}`);
  return first;
}

/** What can be read of it: without scripts, hidden text and doubled spaces. */
export function text(node: Element): string {
  return (node as HTMLElement).innerText.replace(/\s+/g, ' ').trim();
}

/** Not the innerText: of what is there for screen readers alone, WebKit reads none. */
function nameOf(one: HTMLButtonElement): string {
  return one.ariaLabel ?? one.textContent.trim();
}

export function button(element: Element, name: string): HTMLButtonElement {
  const buttons = [...rootOf(element).querySelectorAll('button')];
  const found =
    buttons.find((one) => nameOf(one) === name) ??
    buttons.find((one) => one.textContent.trim() === name);
  if (!found) throw new Error(`no button “${name}” among ${buttons.map(nameOf)}`);
  return found;
}

export function picker(element: Element): HTMLInputElement {
  const input = rootOf(element).querySelector<HTMLInputElement>('input[type=file]');
  if (!input) throw new Error('no picker');
  return input;
}

/** Chooses files in the picker as a user would. */
export function pick(element: Element, ...files: File[]): void {
  const transfer = new DataTransfer();
  for (const one of files) transfer.items.add(one);
  const input = picker(element);
  input.files = transfer.files;
  input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

/** The next event of that kind on the element. */
export function next<E extends Event>(target: EventTarget, type: string): Promise<E> {
  return new Promise((resolve) =>
    target.addEventListener(type, (event) => resolve(event as E), { once: true }),
  );
}

/** Waits until it is so. Not by frames: a page that is not in front has none. */
export async function until(isSo: () => unknown): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve));
}

/** Scrolls, and tells of it at once: the browser would with its next frame. */
export async function scroll(node: Element, top: number): Promise<void> {
  node.scrollTop = top;
  node.dispatchEvent(new Event('scroll'));
  await Promise.resolve();
}
