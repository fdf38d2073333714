/** What Vue’s types let pass, and what they do not. */
import type { GlobalComponents } from 'vue';
import 's3-upload-element/vue';

type Props = InstanceType<GlobalComponents['s3-upload']>['$props'];

export const right: Props = {
  endpoint: 'https://uploads.example.com',
  multiple: true,
  'max-size': '1 GB',
  value: [],
  onUploadFailed: ({ error }) => error.code,
};

// @ts-expect-error a number is no switch
export const number: Props = { multiple: 7 };
// @ts-expect-error a list is no size
export const list: Props = { maxSize: [1] };
// @ts-expect-error this event has another field
export const event: Props = { onUploadDone: ({ error }) => error };

type Zone = InstanceType<GlobalComponents['s3-upload-zone']>['$props'];
type List = InstanceType<GlobalComponents['s3-upload-list']>['$props'];
type Button = InstanceType<GlobalComponents['s3-upload-button']>['$props'];

export const zone: Zone = { for: 'files', 'page-wide': '', noPaste: true };
export const rows: List = { for: 'files', maxSize: '1 GB', onUploadDone: ({ upload }) => upload };
// @ts-expect-error a button is not the whole page
export const button: Button = { for: 'files', pageWide: true };
