import { defineElements } from './define.js';

/**
 * The script of a page that carries everything (ring3 embed --standalone). A root file system lies in it as
 * `<script type="text/plain" id="ID">`, an archive in base64; `<ring3-machine data-root="ID">` has it as its root.
 */
for (const machine of document.querySelectorAll<HTMLElement>('ring3-machine[data-root]')) {
  const text = document.getElementById(machine.dataset['root']!)?.textContent;
  if (!text) throw new Error(`<ring3-machine data-root="${machine.dataset['root']}">: there is no such element`);
  const bytes = Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  // After the # is what the machine shows as its name.
  machine.setAttribute('root', `${URL.createObjectURL(new Blob([bytes]))}#/image.tar.gz`);
}

// Elements that are on the page start now.
defineElements();
