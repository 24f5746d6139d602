export { signalText } from './strace/names/signals.js';
