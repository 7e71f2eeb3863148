import { parse, type ScalarTag, type CollectionTag } from 'yaml';

/** A parsed template: CloudFormation's short forms (`!Ref x`) read as their long ones (`{Ref: x}`). */
export interface Template {
  readonly Parameters: Record<string, Record<string, unknown>>;
  readonly Conditions: Record<string, unknown>;
  readonly Resources: Record<string, { Type: string; Condition?: string; DeletionPolicy?: string; Properties: Record<string, unknown> }>;
  readonly Outputs: Record<string, { Value: unknown }>;
}

const FUNCTIONS = ['Sub', 'If', 'Not', 'Equals', 'And', 'Or', 'Join', 'Select', 'Split', 'GetAtt'];

/** The long form's key of a short form's name. */
const longName = (name: string): string => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);

const TAGS = ['Ref', 'Condition', ...FUNCTIONS].flatMap((name): (ScalarTag | CollectionTag)[] => [
  {
    tag: `!${name}`,
    resolve: (text: string) => ({ [longName(name)]: name === 'GetAtt' ? text.split('.') : text }),
  },
  {
    tag: `!${name}`,
    collection: 'seq',
    resolve: (items) => ({ [longName(name)]: (items as unknown as { toJSON(): unknown }).toJSON() }),
  },
]);

/** Reads a template of this folder. */
export function parseTemplate(text: string): Template {
  return parse(text, { customTags: TAGS }) as Template;
}
