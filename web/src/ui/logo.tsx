import icon from "../icon.svg";

/** The mark of the product. */
export function Logo({ large = false }: { large?: boolean }) {
  return <img src={icon} alt="Lead Manager" className={large ? "size-10" : "size-6"} />;
}
