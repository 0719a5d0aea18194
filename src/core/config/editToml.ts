import { fail } from '../result.ts';
import type { EditResult } from './edit.ts';

const refused = (..._rest: unknown[]): EditResult => fail({ code: 'syntax' });
export const addServer = refused;
export const addServerValue = refused;
export const removeServer = refused;
export const setUrl = refused;
export const setHeader = refused;
export const removeHeader = refused;
