import { type Combinator, type Group, isGroup, type Rule } from "../../../api/filter";

/** Where a rule is: its index in the filter, and in a group of it. */
export type Path = readonly [number] | readonly [number, number];

/** Ask for one thing more. */
export function withRule(filter: Group | undefined, rule: Rule): Group {
  if (!filter) return { combinator: "and", rules: [rule] };
  return { ...filter, rules: [...filter.rules, rule] };
}

/** Ask something else in a rule's place. */
export function withReplaced(filter: Group, [at, inside]: Path, rule: Rule): Group {
  return {
    ...filter,
    rules: filter.rules.map((each, index) => {
      if (index !== at) return each;
      return inside !== undefined && isGroup(each) ? withReplaced(each, [inside], rule) : rule;
    }),
  };
}

/** Ask for a rule no longer. A group of one is no group, and a filter of nothing no filter. */
export function withoutRule(filter: Group, [at, inside]: Path): Group | undefined {
  const rules = filter.rules.flatMap((each, index): readonly Rule[] => {
    if (index !== at) return [each];
    if (inside === undefined || !isGroup(each)) return [];
    const left = withoutRule(each, [inside]);
    return left ? [left.rules.length === 1 ? (left.rules[0] ?? left) : left] : [];
  });
  return rules.length > 0 ? { ...filter, rules } : undefined;
}

/** Put another rule beside one, so that either of them will do where all must hold, and the other way round. */
export function withBeside(filter: Group, [at]: Path, rule: Rule): Group {
  return {
    ...filter,
    rules: filter.rules.map((each, index) => {
      if (index !== at) return each;
      if (isGroup(each)) return { ...each, rules: [...each.rules, rule] };
      return { combinator: otherThan(filter.combinator), rules: [each, rule] };
    }),
  };
}

/** Turn *all of these* into *any of these*, and back; groups inside turn along, or they would mean nothing. */
export function turned(filter: Group): Group {
  return {
    combinator: otherThan(filter.combinator),
    rules: filter.rules.map((each) => (isGroup(each) ? turned(each) : each)),
  };
}

export function otherThan(combinator: Combinator): Combinator {
  return combinator === "and" ? "or" : "and";
}
