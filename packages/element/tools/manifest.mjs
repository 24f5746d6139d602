// The custom-elements manifest, from JSDoc and from what the classes themselves say of their attributes; and the tables of README.md from
// the manifest. After `tsc -b`, whose output it loads.
//
//   node tools/manifest.mjs            writes dist/custom-elements.json
//   node tools/manifest.mjs --readme   also the tables of README.md
//   node tools/manifest.mjs --check    fails where README.md is not what would be written, or something has no description
import { readFileSync, writeFileSync } from 'node:fs';
import { create, ts } from '@custom-elements-manifest/analyzer';
import * as exported from '../dist/index.js';

const elements = { ...exported };
const folder = new URL('../', import.meta.url);
const sources = ['machine-attributes', 'machine-element', 'terminal-element', 'file-element', 'elf-element'].map(
  (name) => `src/${name}.ts`,
);
/** Called by the browser, or as of any element. */
const lifecycle = new Set([
  'focus',
  'blur',
  'connectedCallback',
  'disconnectedCallback',
  'connectedMoveCallback',
  'attributeChangedCallback',
  'adoptedCallback',
]);

function analyze() {
  const modules = sources.map((path) =>
    ts.createSourceFile(path, readFileSync(new URL(path, folder), 'utf8'), ts.ScriptTarget.ES2023, true),
  );
  const manifest = create({ modules, plugins: [internals] });
  for (const { declarations } of manifest.modules) for (const declaration of declarations) describe(declaration);
  manifest.modules = manifest.modules.filter(({ declarations }) => declarations.some(({ name }) => elements[name]));
  for (const module of manifest.modules) {
    module.path = module.path.replace(/^src\/(.*)\.ts$/, 'dist/$1.js');
    module.declarations = module.declarations.filter(({ name }) => elements[name]);
    module.exports = module.exports?.filter(({ name }) => elements[name]);
  }
  return manifest;
}

/** Marks what JSDoc calls @internal, of which the analyzer knows nothing. */
const internals = {
  name: 'internals',
  analyzePhase({ ts: typescript, node, moduleDoc }) {
    if (!typescript.isClassDeclaration(node)) return;
    const declaration = moduleDoc.declarations.find(({ name }) => name === node.name?.text);
    for (const member of node.members) {
      const isInternal = typescript.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
      const found = declaration?.members?.find(({ name }) => name === member.name?.getText());
      if (isInternal && found) found.privacy = 'private';
    }
  },
};

/** Only what a page's author may use; attributes as the class observes them. */
function describe(declaration) {
  const element = elements[declaration.name];
  if (!element || !declaration.customElement) return;
  const members = (declaration.members ?? []).filter(
    ({ name, privacy, static: isStatic }) => !isStatic && privacy !== 'private' && privacy !== 'protected' && !lifecycle.has(name),
  );
  const attributes = new Map((declaration.attributes ?? []).map((attribute) => [attribute.name, attribute]));
  for (const [property, options] of element.elementProperties ?? []) {
    const field = members.find(({ name }) => name === property);
    if (options.state || options.attribute === false || !field) continue;
    const name = typeof options.attribute === 'string' ? options.attribute : property.toLowerCase();
    field.attribute = name;
    if (options.reflect) field.reflects = true;
    attributes.set(name, { name, fieldName: property, description: field.description, type: field.type });
  }
  for (const { name } of attributes.values()) {
    const field = members.find((member) => member.kind === 'field' && member.name === name);
    if (field) attributes.get(name).fieldName ??= name;
  }
  declaration.members = members.map(withoutSource);
  declaration.attributes = [...attributes.values()].map(withoutSource);
  for (const event of declaration.events ?? []) event.type ??= { text: 'CustomEvent' };
}

/** Where a member was inherited from inside the package is of no interest to its readers. */
function withoutSource(entry) {
  return { ...entry, inheritedFrom: undefined };
}

/** Markdown in a cell of a table: < is one only outside of `code`. */
const text = (description) =>
  (description ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, i) => (i % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
    .join('`')
    .trim();
const code = (words) => `\`${words.replaceAll('|', '\\|')}\``;

function table(title, names, rows) {
  if (rows.length === 0) return '';
  const head = [names, names.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `### ${title}\n\n${head.join('\n')}\n`;
}

const returned = ({ return: value }) => value?.type?.text ?? 'void';
const signature = (method) =>
  `${method.name}(${(method.parameters ?? []).map(({ name, optional, default: value }) => (optional || value ? `${name}?` : name)).join(', ')})`;

/** The tables of one element, in the words of its JSDoc. */
export function tables(declaration) {
  const { attributes = [], members = [], events = [], slots = [], cssParts = [], cssProperties = [], cssStates = [] } = declaration;
  const own = members.filter(({ kind, name }) => kind === 'field' && !attributes.some(({ fieldName }) => fieldName === name));
  return [
    table(
      'Attributes',
      ['attribute', 'property', ''],
      attributes.map((one) => [code(one.name), code(one.fieldName ?? one.name), text(one.description)]),
    ),
    table(
      'Properties',
      ['property', 'type', ''],
      own.map((one) => [code(one.name), code(one.type?.text ?? ''), text(one.description)]),
    ),
    table(
      'Methods',
      ['method', 'returns', ''],
      members.filter(({ kind }) => kind === 'method').map((one) => [code(signature(one)), code(returned(one)), text(one.description)]),
    ),
    table(
      'Events',
      ['event', 'detail', ''],
      events.map((one) => [code(one.name), code(one.type.text.replace(/^CustomEvent<(.*)>$/, '$1')), text(one.description)]),
    ),
    table(
      'Slots',
      ['slot', ''],
      slots.map((one) => [one.name ? code(one.name) : '(default)', text(one.description)]),
    ),
    table(
      'CSS parts',
      ['part', ''],
      cssParts.map((one) => [code(one.name), text(one.description)]),
    ),
    table(
      'CSS custom properties',
      ['property', ''],
      cssProperties.map((one) => [code(one.name), text(one.description)]),
    ),
    table(
      'Custom states',
      ['state', ''],
      cssStates.map((one) => [code(`:state(${one.name})`), text(one.description)]),
    ),
  ]
    .filter(Boolean)
    .join('\n');
}

function withTables(readme, manifest) {
  return manifest.modules
    .flatMap(({ declarations }) => declarations)
    .reduce((whole, declaration) => {
      const [begin, end] = [`<!-- ${declaration.tagName}: written by npm run manifest -->`, `<!-- ${declaration.tagName}: end -->`];
      const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
      if (from < 0 || to < 0) throw new Error(`README.md has no place for the tables of <${declaration.tagName}>`);
      return `${whole.slice(0, from + begin.length)}\n\n${tables(declaration)}\n${whole.slice(to)}`;
    }, readme);
}

/** Without what the formatter adds to tables. */
const plain = (markdown) =>
  markdown
    .replaceAll(/ +/g, ' ')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/\n{2,}/g, '\n\n');

/** What has no description, in words. */
function undescribed(manifest) {
  return manifest.modules
    .flatMap(({ declarations }) => declarations)
    .flatMap((declaration) =>
      ['attributes', 'members', 'events', 'slots', 'cssParts', 'cssProperties'].flatMap((list) =>
        (declaration[list] ?? [])
          .filter(({ description }) => !description)
          .map((entry) => `<${declaration.tagName}> ${list}: ${entry.name}`),
      ),
    );
}

const manifest = analyze();
const readmeFile = new URL('README.md', folder);
const readme = readFileSync(readmeFile, 'utf8');
const written = withTables(readme, manifest);
const problems = undescribed(manifest);
if (process.argv.includes('--check')) {
  if (plain(written) !== plain(readme))
    problems.push('README.md is not what the manifest says: npm run manifest -w @ring3/element -- --readme');
  process.stderr.write(problems.map((line) => `${line}\n`).join(''));
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  writeFileSync(new URL('dist/custom-elements.json', folder), `${JSON.stringify(manifest, null, 2)}\n`);
  if (process.argv.includes('--readme')) writeFileSync(readmeFile, written);
}
