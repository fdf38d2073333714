/** The page at `/`: the three lines that made it, and what has been uploaded. */
import type { FileAnswer, ListAnswer, UploadSummary } from '../protocol.ts';
import { PATHS } from '../protocol/paths.ts';
import { sizeText } from './size.ts';

/** As far as it is used here; TypeScript's DOM does not have it yet. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string | null }): unknown;
}

const element = find<HTMLElement & { token: string }>('s3-upload');
const list = find<HTMLTableElement>('#list');
const rows = find<HTMLTableSectionElement>('#list tbody');
const nothing = find<HTMLElement>('#nothing');
const more = find<HTMLButtonElement>('#more');
const tokenForm = find<HTMLFormElement>('#token-form');
const copy = find<HTMLButtonElement>('#copy');

/** Many files may be done at a time, and a list costs the Worker several reads. */
const REFRESH_MS = 400;

let token = '';
let cursor: string | undefined;
let isStale = false;
let isRefreshing = false;

// The page's own policy asks for Trusted Types, and the element hashes in a worker that it makes
// itself. Only such a one gets through.
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
trustedTypes?.createPolicy('default', {
  createScriptURL: (url) => (url.startsWith('blob:') ? url : null),
});

const snippet = [
  `<script type="module" src="${location.origin}/s3-upload.js"></script>`,
  '<s3-upload label="Files" multiple>',
  '</s3-upload>',
].join('\n');
find('#snippet').textContent = snippet;
copy.addEventListener('click', async () => {
  await navigator.clipboard.writeText(snippet);
  copy.textContent = 'Copied';
  setTimeout(() => (copy.textContent = 'Copy'), 2000);
});

element.addEventListener('upload-done', () => void refresh());
// A file dropped beside the zone would be opened by the browser, in place of the page.
addEventListener('dragover', (event) => {
  const { dataTransfer, defaultPrevented } = event;
  if (defaultPrevented || !dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  dataTransfer.dropEffect = 'none';
});
more.addEventListener('click', () => void showMore());
tokenForm.addEventListener('submit', (event) => {
  event.preventDefault();
  token = String(new FormData(tokenForm).get('token') ?? '').trim();
  element.token = token;
  void showFirst();
});
void showFirst();

async function refresh(): Promise<void> {
  isStale = true;
  if (isRefreshing) return;
  isRefreshing = true;
  while (isStale) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    isStale = false;
    await showFirst();
  }
  isRefreshing = false;
}

async function showFirst(): Promise<void> {
  const page = await listPage();
  if (page) rows.replaceChildren(...page.uploads.map(rowOf));
  settle(page);
}

async function showMore(): Promise<void> {
  const page = await listPage(cursor);
  if (page) rows.append(...page.uploads.map(rowOf));
  settle(page);
}

function settle(page: ListAnswer | undefined): void {
  cursor = page?.cursor;
  more.hidden = cursor === undefined;
  list.hidden = rows.childElementCount === 0;
  nothing.hidden = !list.hidden;
}

async function listPage(after?: string): Promise<ListAnswer | undefined> {
  const query = new URLSearchParams({ state: 'complete', ...(after && { cursor: after }) });
  const response = await ask(`${PATHS.uploads}?${query}`);
  tokenForm.hidden = response.status !== 401;
  return response.ok ? ((await response.json()) as ListAnswer) : undefined;
}

function ask(path: string): Promise<Response> {
  return fetch(path, {
    headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  });
}

function rowOf(upload: UploadSummary): HTMLTableRowElement {
  const row = document.createElement('tr');
  const when = new Date(upload.completedAt ?? upload.createdAt);
  row.append(
    cell(linkOf(upload)),
    cell(sizeText(upload.bytes), 'number'),
    cell(when.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })),
  );
  return row;
}

function cell(content: string | Node, className = ''): HTMLTableCellElement {
  const td = document.createElement('td');
  td.className = className;
  td.append(content);
  return td;
}

/** Without a token a plain link does; with one the address is asked for when it is needed. */
function linkOf(upload: UploadSummary): HTMLAnchorElement {
  const link = document.createElement('a');
  link.textContent = upload.name;
  link.href = `${PATHS.file(upload.id)}?disposition=attachment`;
  link.addEventListener('click', async (event) => {
    if (!token) return;
    event.preventDefault();
    const response = await ask(link.pathname + link.search);
    if (response.ok) location.assign(((await response.json()) as FileAnswer).url);
  });
  return link;
}

function find<E extends Element = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}
