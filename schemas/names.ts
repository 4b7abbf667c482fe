/**
 * Objects whose keys are names that users choose. Every object has names of its own besides
 * (`constructor`, `__proto__`), so such a key is looked up and written by these functions alone.
 */

/** The object's own value of that name, undefined where it has none. */
export function ownValue<T>(values: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

/**
 * Writes a value under any name; an assignment to `__proto__` would set the prototype where that is
 * not the object's own yet. To define takes ten times as long as to assign.
 */
export function setOwn<T>(values: Record<string, T>, name: string, value: T): void {
  if (Object.hasOwn(values, name)) values[name] = value;
  else Object.defineProperty(values, name, { value, writable: true, enumerable: true, configurable: true });
}
