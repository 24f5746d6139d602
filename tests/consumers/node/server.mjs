// Elements are loaded on a server, as frameworks do that render there.
import { defineElements, Ring3Machine } from '@ring3/element';

defineElements();
console.log(typeof Ring3Machine);
