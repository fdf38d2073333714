/** What Svelte’s types let pass, and what they do not. */
import type { SvelteHTMLElements } from 'svelte/elements';
import 's3-upload-element/svelte';

type Attributes = SvelteHTMLElements['s3-upload'];

export const right: Attributes = {
  endpoint: 'https://uploads.example.com',
  multiple: true,
  'max-size': '1 GB',
  value: [],
  oninput: ({ currentTarget }) => currentTarget.value,
  'onupload-failed': ({ error }) => error.code,
  'on:upload-failed': ({ error }) => error.code,
};

// @ts-expect-error a number is no switch
export const number: Attributes = { multiple: 7 };
// @ts-expect-error a list is no size
export const list: Attributes = { maxSize: [1] };
// @ts-expect-error this event has another field
export const event: Attributes = { 'onupload-done': ({ error }) => error };

export const zone: SvelteHTMLElements['s3-upload-zone'] = { for: 'files', 'page-wide': '' };
export const rows: SvelteHTMLElements['s3-upload-list'] = {
  for: 'files',
  'onupload-done': ({ upload }) => upload.name,
};
// @ts-expect-error a number is no switch
export const button: SvelteHTMLElements['s3-upload-button'] = { for: 'files', multiple: 7 };
