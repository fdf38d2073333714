/** @jsxImportSource solid-js */
/** What Solid’s types let pass, and what they do not. */
import type { JSX } from 'solid-js';
import 's3-upload-element/solid';

export const right = (): JSX.Element => (
  <s3-upload
    endpoint="https://uploads.example.com"
    multiple
    max-size="1 GB"
    prop:value={[]}
    attr:name="files"
    on:upload-failed={({ error }) => error.code}
  />
);

// @ts-expect-error a number is no switch
export const number = (): JSX.Element => <s3-upload multiple={7} />;
// @ts-expect-error a list is no size
export const list = (): JSX.Element => <s3-upload prop:maxSize={[1]} />;
// @ts-expect-error this event has another field
export const event = (): JSX.Element => <s3-upload on:upload-done={({ error }) => error} />;

export const zone = (): JSX.Element => <s3-upload-zone for="files" page-wide prop:noPaste />;
export const rows = (): JSX.Element => (
  <s3-upload-list id="files" on:upload-done={({ upload }) => upload.name} />
);
// @ts-expect-error a number is no switch
export const button = (): JSX.Element => <s3-upload-button for="files" multiple={7} />;
