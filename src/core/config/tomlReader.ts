// Nothing but Codex writes TOML, so what reads it is loaded with the first such file, and with everything that edits.
import { readsToml } from './parse.ts';
import { parseToml } from './parseToml.ts';

readsToml(parseToml);
