/** A page without a framework. */
import 's3-upload-element';
import 's3-upload-element/i18n/de';

const upload = document.createElement('s3-upload');
upload.endpoint = new URLSearchParams(location.search).get('endpoint');
upload.addEventListener('upload-done', ({ upload: { name } }) => {
  document.body.dataset.stored = name;
});
(document.querySelector('#app') ?? document.body).append(upload);
