import { anyAnswer } from './anyAnswer.ts';

/**
 * Stands in the bundle for what the MCP client chooses by platform (its `_shims`). What is asked here is whether a server
 * lets a caller in, not whether its answers keep to the schemas that it sent; compiling foreign schemas would be work and
 * risk for nothing.
 */
export const CORS_IS_POSSIBLE = false;

export class DefaultJsonSchemaValidator {
  getValidator = anyAnswer.getValidator;
}
