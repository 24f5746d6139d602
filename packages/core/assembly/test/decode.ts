/** Entry of a module that holds only the decoder, for tests: `decode` on bytes and a micro-op in the imported memory. */
export { decode } from '../decode/decoder';
