# Written into the release by integrations/packaging/dist, which fills in the address and the checksums.
class Catalog9 < Formula
  desc "Offline forensic analyzer for the Winsock catalogs of Windows"
  homepage "@URL@"
  version "@VERSION@"
  license "GPL-3.0-or-later"

  on_macos do
    on_arm do
      url "@URL@/catalog9-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@ARM_MAC@"
    end
    on_intel do
      url "@URL@/catalog9-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@INTEL_MAC@"
    end
  end

  on_linux do
    on_arm do
      url "@URL@/catalog9-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@ARM_LINUX@"
    end
    on_intel do
      url "@URL@/catalog9-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@INTEL_LINUX@"
    end
  end

  def install
    bin.install "catalog9"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/catalog9.bash" => "catalog9"
    zsh_completion.install "completions/catalog9.zsh" => "_catalog9"
    fish_completion.install "completions/catalog9.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/catalog9 --version")
  end
end
