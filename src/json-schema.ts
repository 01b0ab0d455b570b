/** A fragment of a JSON schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };
