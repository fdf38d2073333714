/** Takes over what the server has drawn, on a page that does not use Lit. */
import 's3-upload-element';
import 's3-upload-element/i18n/de';
