const form = document.querySelector('form');

// A real page lets the browser send the form; this one shows what it would send.
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const ids = new FormData(form).getAll('files');
  form.querySelector('output').textContent = `The form sends files=${ids.join(', ')}`;
});
