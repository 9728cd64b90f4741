{
  description = "Offline forensic analyzer for the Winsock catalogs of Windows";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      source = ../..;
      manifest = (nixpkgs.lib.importTOML (source + "/Cargo.toml")).package;
    in
    {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = manifest.name;
          version = manifest.version;
          src = source;
          cargoLock.lockFile = source + "/Cargo.lock";
          cargoBuildFlags = [ "--bin" "catalog9" ];
          # They run in the gate, on what the release is built from.
          doCheck = false;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          postInstall = ''
            $out/bin/catalog9 man man
            installManPage man/*.1
            for shell in bash zsh fish; do
              $out/bin/catalog9 completions $shell > catalog9.$shell
              installShellCompletion --cmd catalog9 --$shell catalog9.$shell
            done
          '';
          meta = {
            description = manifest.description;
            license = nixpkgs.lib.licenses.gpl3Plus;
            mainProgram = "catalog9";
          };
        };
      });
    };
}
