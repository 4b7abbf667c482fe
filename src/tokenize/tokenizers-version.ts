/** Which version of the native tokenizers library is installed, as its own package says. */
import tokenizers from 'tokenizers/package.json' with { type: 'json' };

/** Of the package that is loaded, whatever package.json of ours asks for. */
export const TOKENIZERS_VERSION: string = tokenizers.version;
