/** Which Node Brewhouse needs, in syntax that older ones read too. */

/** The first release line that has all that the sources use. */
export const MAJOR_MIN = 24;

/** Whether this process runs on an older one. */
export function isOldNode() {
  return major() < MAJOR_MIN;
}

/** Whether it runs on the line that flags of V8 were tried with. */
export function isTriedNode() {
  return major() === MAJOR_MIN;
}

function major() {
  return Number(process.versions.node.split('.')[0]);
}

/** What a person is told there. */
export function neededNode() {
  return `Brewhouse needs Node ${MAJOR_MIN} or newer; this is ${process.versions.node}`;
}
