'use client';

import { useCallback, useState, type FormEvent } from 'react';
import type { S3UploadElement, UploadDoneEvent } from 's3-upload-element';
import 's3-upload-element';
import 's3-upload-element/react';

const endpoint = process.env['NEXT_PUBLIC_UPLOAD_ENDPOINT'];

export function Uploads() {
  const [value, setValue] = useState<readonly string[]>([]);
  const [name, setName] = useState('');
  const [sent, setSent] = useState(0);
  // React 19 adds no listeners for events of custom elements, and sets no properties that are objects,
  // where a server has drawn the element: this does, and so it does for `getToken` or `headers`.
  const prepare = useCallback((element: S3UploadElement) => {
    const onDone = ({ upload }: UploadDoneEvent) => setName(upload.name);
    element.addEventListener('upload-done', onDone);
    return () => element.removeEventListener('upload-done', onDone);
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSent(new FormData(event.currentTarget).getAll('files').length);
  };
  return (
    <>
      <form id="uncontrolled" onSubmit={submit}>
        <s3-upload endpoint={endpoint} name="files" label="Files" multiple max-size="1 GB" />
        <button>Send</button>
        <output>{sent}</output>
      </form>
      <section id="controlled">
        <s3-upload
          endpoint={endpoint}
          label="Pictures"
          multiple
          value={value}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
          ref={prepare}
        />
        <button type="button" onClick={() => setValue([])}>
          Clear
        </button>
        <output>
          {value.length} {name}
        </output>
      </section>
    </>
  );
}
