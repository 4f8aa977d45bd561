"""An import-linter contract: from outside a module only its api and urls are imported."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyApi(Contract):
    """Every import from one module of the package into another ends at a public child, or at an open module.

    Options:
        package: the root package.
        public: names of children that others may import.
        open_modules: modules whose parts may all be imported.
        ignore_importers: modules that may import anything.
    """

    package = fields.StringField()
    public = fields.ListField(subfield=fields.StringField())
    open_modules = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    ignore_importers = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._refused(importer, imported)
        ]
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}")

    def _refused(self, importer: str, imported: str) -> bool:
        root = str(self.package)
        if not imported.startswith(f"{root}.") or not importer.startswith(f"{root}."):
            return False
        ignored = [str(name) for name in self.ignore_importers]  # type: ignore[attr-defined]
        if any(importer == name or importer.startswith(f"{name}.") for name in ignored):
            return False
        theirs, ours = imported.split(".")[1:], importer.split(".")[1:]
        if theirs[0] == ours[0] or theirs[0] in list(self.open_modules) or len(theirs) < 2:  # type: ignore[call-overload]
            return False
        return theirs[1] not in list(self.public)  # type: ignore[call-overload]
