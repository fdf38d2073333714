/** What React’s types let pass, and what they do not. */
import 's3-upload-element/react';

export const right = (
  <s3-upload
    endpoint="https://uploads.example.com"
    multiple
    maxSize="1 GB"
    min-files={2}
    form={null}
    onupload-failed={({ error }) => error.code}
  />
);

// @ts-expect-error a number is no switch
export const number = <s3-upload multiple={7} />;
// @ts-expect-error a list is no size
export const list = <s3-upload maxSize={[1]} />;
// @ts-expect-error this event has another field
export const event = <s3-upload onupload-done={({ error }) => error} />;

export const pieces = (
  <>
    <s3-upload-zone for="files" page-wide noPaste />
    <s3-upload-list id="files" onupload-done={({ upload }) => upload.name} />
  </>
);
// @ts-expect-error a number is no switch
export const button = <s3-upload-button for="files" multiple={7} />;
