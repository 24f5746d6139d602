/** A static site: any server can have it. */
export default { output: 'export' };
