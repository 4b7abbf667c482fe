/** A proxy of connections, told by its HTTP interface what to do to them. */

export interface Toxic {
  readonly type: string;
  readonly attributes: object;
  readonly stream: 'upstream' | 'downstream';
}

export interface Toxiproxy {
  /** What reaches the server through it. */
  readonly endpoint: string;
  add(toxic: Toxic): Promise<void>;
  /** Takes all toxics away. */
  clear(): Promise<void>;
  setEnabled(isEnabled: boolean): Promise<void>;
}

/** Makes a proxy to the server, by the toxiproxy that listens at `control`. */
export async function openToxiproxy(control: string, target: string): Promise<Toxiproxy> {
  const call = async (method: string, path: string, sent?: object): Promise<unknown> => {
    const answer = await fetch(`${control}${path}`, {
      method,
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`toxiproxy: ${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const upstream = new URL(target).host;
  const made = (await call('POST', '/proxies', { name: 's3', listen: '127.0.0.1:0', upstream })) as { listen: string };
  return {
    endpoint: `http://${made.listen}`,
    add: async ({ type, attributes, stream }) =>
      void (await call('POST', '/proxies/s3/toxics', { name: `${type}-${stream}`, type, stream, attributes })),
    clear: async () => void (await call('POST', '/reset')),
    setEnabled: async (enabled) => void (await call('POST', '/proxies/s3', { enabled })),
  };
}
