#!/bin/sh
# Unpacks Debian packages into DIR/root, without running their scripts, and packs the result as DIR/root.cpio, a ramdisk whose first
# process runs the scripts beside this one. Usage: root-file-system.sh DIR
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
folder="$1"
wanted="bash coreutils findutils gcc grep libc6-dev mawk mount openssl python3 sed strace util-linux xz-utils"
# Choices between packages that programs do not need to be there for.
unwanted='^(debconf.*|cdebconf.*|dpkg|gawk|install-info|libdebian-installer.*|libnewt.*|libslang.*|mime-support|original-awk|perl.*|libperl.*|tar|.*:i386)$'

mkdir -p "$folder/packages"
cd "$folder/packages"
list() {
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances $wanted 2>/dev/null |
        grep '^[a-z]' | sort -u | grep -vE "$unwanted" || true
}
packages="$(list)"
if [ -z "$packages" ]; then
    apt-get -qq update
    packages="$(list)"
fi
apt-get -qq -o APT::Sandbox::User=root download $packages || { apt-get -qq update; apt-get -qq -o APT::Sandbox::User=root download $packages; }

rm -rf ../root
mkdir ../root
for package in *.deb; do dpkg-deb --extract "$package" ../root; done
cd ../root
rm -rf ../packages usr/share/doc usr/share/man usr/share/locale usr/share/info
ln -sf mawk usr/bin/awk
ln -sf bash bin/sh
mkdir -p dev proc sys tmp opt
# The kernel mounts a file system of its own over these; the native run has no other.
[ -c dev/console ] || mknod -m 600 dev/console c 5 1
[ -c dev/null ] || mknod -m 666 dev/null c 1 3
[ -c dev/zero ] || mknod -m 666 dev/zero c 1 5
cp "$here/programs.sh" "$here/facilities.sh" "$here/facilities.py" opt
cp "$here/init.sh" init
chmod 755 init opt/*.sh
find . | LC_ALL=C sort | cpio --quiet --create --format=newc > ../root.cpio.new
mv ../root.cpio.new ../root.cpio
