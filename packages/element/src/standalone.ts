import { defineElements } from './define.js';

/** What dist/ring3-standalone.js is made from: the script of a page that carries everything (ring3 embed --standalone). */
defineElements();
