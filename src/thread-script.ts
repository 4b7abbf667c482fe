/** Where the script of a thread lies. */

/**
 * The script `name` beside a module, `from` its `import.meta.url`: source in development, compiled
 * in the package.
 */
export function threadScript(from: string, name: string): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from);
}
