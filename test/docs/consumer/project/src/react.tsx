/** A page in React: a property, an attribute and a listener, as JSX checks them. */
import { useState, type DetailedHTMLProps, type HTMLAttributes } from 'react';
import { createRoot } from 'react-dom/client';
import 's3-upload-element';
import type { S3UploadElement, S3UploadProps } from 's3-upload-element/jsx';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      's3-upload': DetailedHTMLProps<HTMLAttributes<S3UploadElement>, S3UploadElement> &
        S3UploadProps;
    }
  }
}

const endpoint = new URLSearchParams(location.search).get('endpoint') ?? undefined;

function Page() {
  const [stored, setStored] = useState('');
  document.body.dataset['stored'] = stored;
  return (
    <s3-upload
      endpoint={endpoint}
      max-size="1 GB"
      multiple
      onupload-done={({ upload }) => setStored(upload.name)}
    />
  );
}

const app = document.querySelector('#app');
if (app) createRoot(app).render(<Page />);
