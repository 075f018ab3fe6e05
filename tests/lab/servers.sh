# SPDX-License-Identifier: Apache-2.0
# What runs on the lab's hosts, read by record.sh. Each program once, on the vendors' ports.

# serve HOST PROTOCOL PORT COMMAND...: starts it (once a subject), and waits until it listens.
started=' ' pids=
serve() {
    key="$1/$2/$3" to=$1 protocol=$2 port=$3
    shift 3
    case $started in *" $key "*) return 0 ;; esac
    started="$started$key "
    setsid ip netns exec "$to" "$@" >>"$work/serve.log" 2>&1 </dev/null &
    pids="$pids $!"
    listening "$to" "$protocol" "$port"
}

# stop_servers: the next subject starts its own; another may want the same port.
stop_servers() {
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill $pids || true
    for pid in $pids; do
        wait "$pid" || true
    done
    started=' ' pids=
}

# certificate NAME SUBJECT-CN ALT-NAME...: a key and a certificate of the lab's own authority.
certificate() {
    file=$work/$1 cn=$2 alt=
    shift 2
    for one in "$@"; do alt="$alt,DNS:$one"; done
    openssl ecparam -name prime256v1 -genkey -noout -out "$file.key"
    openssl req -new -key "$file.key" -subj "/O=Lab/CN=$cn" -out "$file.csr"
    printf 'subjectAltName=%s\n' "${alt#,}" >"$file.ext"
    openssl x509 -req -in "$file.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -days 30 \
        -extfile "$file.ext" -out "$file.crt" 2>/dev/null
}

make_keys() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/ca.key"
    openssl req -x509 -key "$work/ca.key" -subj "/CN=Lab CA" -days 30 -out "$work/ca.crt"
    certificate symantec liveupdate.symantec.com liveupdate.symantec.com ent-shasta-rrs.symantec.com \
        sep.securitycloud.symantec.com
    certificate eset repository.eset.com repository.eset.com epns.eset.com
    certificate kaspersky ksc.kaspersky.com '*.ksc.kaspersky.com' ksc.kaspersky.com crl.kaspersky.com
    certificate escan update.escanav.com update.escanav.com
    certificate trend relay.deepsecurity.trendmicro.com relay.deepsecurity.trendmicro.com \
        agents.deepsecurity.trendmicro.com files.trendmicro.com
    certificate web www.example.org www.example.org
    certificate inner server.lab.example server.lab.example ldap.lab.example
    chmod 644 "$work"/*.key
}

names() { # the lab's DNS: the vendors' names lead to the lab's hosts
    serve dns udp 53 dnsmasq -k -C /dev/null -R -h --no-daemon --local-ttl=300 -u root \
        --host-record=cdn.example.net,198.51.100.51 \
        --cname=liveupdate.symantec.com,cdn.example.net \
        --address=/symantec.com/198.51.100.51 \
        --address=/epns.eset.com/198.51.100.70 --address=/repository.eset.com/198.51.100.52 \
        --address=/kaspersky.com/198.51.100.53 --address=/escanav.com/198.51.100.54 \
        --address=/trendmicro.com/198.51.100.55 --address=/example.org/198.51.100.60 \
        --address=/mqtt.example.org/198.51.100.71 \
        --host-record=server.lab.example,10.20.0.60
}

# web_server HOST PORT FILE-WITH-SERVERS: nginx; the file holds http {} and stream {} blocks.
web_server() {
    cat >"$work/nginx-$1.conf" <<END
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user root; worker_processes 1; daemon off; pid $work/nginx-$1.pid; error_log $work/nginx-$1.log;
events { worker_connections 64; }
$3
END
    serve "$1" tcp "$2" nginx -c "$work/nginx-$1.conf" -p "$work"
}

http_block() { # SERVERS: an http {} block that writes in the work folder only
    echo "http { access_log off; client_body_temp_path $work/nb; proxy_temp_path $work/np;
fastcgi_temp_path $work/nf; uwsgi_temp_path $work/nu; scgi_temp_path $work/ns; $1 }"
}

tls_of() { echo "ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate $work/$1.crt; ssl_certificate_key $work/$1.key;"; }

servers_symantec_manager() {
    web_server sepm 8014 "$(http_block "$(tls_of inner)
server { listen 8014; location / { return 200 'policy'; } }
server { listen 8443 ssl; listen 8446 ssl; location / { return 200 'console'; } }")"
}

servers_clouds() {
    names
    blocks="server { listen 80 default_server; location / { return 200 'definitions'; } }"
    for one in 51:symantec 52:eset 53:kaspersky 54:escan 55:trend 60:web; do
        blocks="$blocks server { listen 198.51.100.${one%%:*}:443 ssl http2;
$(tls_of "${one#*:}") location / { return 200 'content'; } }"
    done
    web_server cloud 443 "$(http_block "$blocks")"
}

ftp_server() { # HOST PORT LOWEST HIGHEST: vsftpd with a passive range
    mkdir -p "$work/ftp/pub" "$work/ftp/in" "$work/empty"
    rm -f "$work/ftp/in"/*
    chmod 555 "$work/ftp"
    chmod 777 "$work/ftp/in"
    head -c 3000 /usr/share/common-licenses/Apache-2.0 >"$work/ftp/pub/signatures.txt"
    cat >"$work/vsftpd-$1.conf" <<END
listen=YES
listen_port=$2
background=NO
anonymous_enable=YES
anon_root=$work/ftp
write_enable=YES
anon_upload_enable=YES
secure_chroot_dir=$work/empty
seccomp_sandbox=NO
connect_from_port_20=YES
pasv_min_port=$3
pasv_max_port=$4
ssl_enable=YES
allow_anon_ssl=YES
force_anon_data_ssl=NO
force_anon_logins_ssl=NO
require_ssl_reuse=NO
ssl_ciphers=HIGH
rsa_cert_file=$work/inner.crt
rsa_private_key_file=$work/inner.key
END
    serve "$1" tcp "$2" vsftpd "$work/vsftpd-$1.conf"
}

servers_escan_ftp() { ftp_server escan 2021 3050 3060; }
servers_ftp_21() { ftp_server office 21 3050 3060; }

# Stand-ins: no program of Debian speaks what these ports carry.
servers_escan_server() {
    servers_escan_ftp
    web_server escan 2221 "$(http_block "server { listen 2221; location / { return 200 'files'; } }")"
    serve escan tcp 2225 socat -T2 TCP-LISTEN:2225,fork,reuseaddr SYSTEM:'read x; echo taken'
    serve escan tcp 3333 socat -T2 TCP-LISTEN:3333,fork,reuseaddr SYSTEM:'read x; echo 14.0.1400'
    for one in pc1 pc2 pc3; do
        serve "$one" tcp 2222 socat -T2 TCP-LISTEN:2222,fork,reuseaddr SYSTEM:'read x; echo ready'
    done
}

servers_eset_server() {
    for port in 2222 2223; do
        serve eset tcp "$port" openssl s_server -quiet -accept "$port" -cert "$work/inner.crt" \
            -key "$work/inner.key" -rev
    done
}

servers_push() {
    names
    cat >"$work/mosquitto.conf" <<END
user root
allow_anonymous true
listener 8883
certfile $work/eset.crt
keyfile $work/eset.key
listener 443
certfile $work/eset.crt
keyfile $work/eset.key
END
    serve push tcp 8883 mosquitto -c "$work/mosquitto.conf"
    listening push tcp 443
}

servers_kaspersky_point() {
    servers_clouds
    web_server dp 13000 "stream { $(tls_of inner)
server { listen 13000 ssl; return 'update'; }
server { listen 13295 ssl; return 'push'; }
server { listen 17111 ssl; return 'verdict'; }
server { listen 13111; return 'verdict'; } }"
}

servers_proxy() {
    servers_clouds
    printf 'Port 3128\nListen 10.20.0.3\nTimeout 20\nMaxClients 10\nConnectPort 443\n' \
        >"$work/tinyproxy.conf"
    serve proxy tcp 3128 tinyproxy -d -c "$work/tinyproxy.conf"
}

smb_server() { # HOST: shares ADMIN$ and docs; user root, password lab
    mkdir -p "$work/smb-$1" "$work/share"
    echo "a shared file" >"$work/share/readme.txt"
    cat >"$work/smb-$1.conf" <<END
[global]
netbios name = $1
workgroup = LAB
server min protocol = NT1
interfaces = lo eth0
log file = $work/smb-$1/log
private dir = $work/smb-$1
state directory = $work/smb-$1
cache directory = $work/smb-$1
lock directory = $work/smb-$1
pid directory = $work/smb-$1
ncalrpc dir = $work/smb-$1/ncalrpc
load printers = no
printcap name = /dev/null
disable spoolss = yes
[ADMIN\$]
path = $work/share
read only = no
[docs]
path = $work/share
END
    printf 'lab\nlab\n' | smbpasswd -c "$work/smb-$1.conf" -s -a root >>"$work/serve.log" 2>&1
    serve "$1" tcp 445 smbd -F --no-process-group -s "$work/smb-$1.conf"
    listening "$1" tcp 139
}

servers_smb() {
    smb_server pc1
    smb_server office
}

servers_directory() {
    names
    mkdir -p "$work/ldap"
    cat >"$work/slapd.conf" <<END
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile $work/ca.crt
TLSCertificateFile $work/inner.crt
TLSCertificateKeyFile $work/inner.key
database mdb
suffix dc=lab,dc=example
rootdn cn=admin,dc=lab,dc=example
rootpw lab
directory $work/ldap
END
    printf 'dn: dc=lab,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Lab\ndc: lab\n' |
        slapadd -f "$work/slapd.conf" >>"$work/serve.log" 2>&1
    serve office tcp 389 slapd -d 0 -f "$work/slapd.conf" -h 'ldap:/// ldaps:///'
}

servers_database() {
    [ -d "$work/mysql" ] || mariadb-install-db --no-defaults --user=root --datadir="$work/mysql" \
        --auth-root-authentication-method=normal --skip-test-db >>"$work/serve.log" 2>&1
    echo "GRANT SELECT ON *.* TO lab@'%' IDENTIFIED BY 'lab';" >"$work/grant.sql"
    serve office tcp 3306 mariadbd --no-defaults --user=root --datadir="$work/mysql" \
        --socket="$work/mysql.sock" --pid-file="$work/mysql.pid" --bind-address=0.0.0.0 \
        --skip-name-resolve --init-file="$work/grant.sql"
}

servers_ssh() {
    [ -f "$work/host_key" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
    [ -f "$work/user_key" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/user_key"
    cat >"$work/sshd.conf" <<END
Port 2222
Port 22
HostKey $work/host_key
AuthorizedKeysFile $work/user_key.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile $work/sshd.pid
END
    serve office tcp 2222 /usr/sbin/sshd -D -f "$work/sshd.conf"
    for one in pc1 pc2 pc3; do
        serve "$one" tcp 2222 /usr/sbin/sshd -D -f "$work/sshd.conf"
    done
}

servers_syslog() {
    names
    cat >"$work/rsyslog-in.conf" <<END
global(workDirectory="$work" defaultNetstreamDriverCAFile="$work/ca.crt"
  defaultNetstreamDriverCertFile="$work/inner.crt" defaultNetstreamDriverKeyFile="$work/inner.key")
module(load="imudp")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
module(load="imptcp")
input(type="imudp" port="514")
input(type="imptcp" port="514")
input(type="imtcp" port="6514")
*.* $work/messages
END
    cat >"$work/rsyslog-out.conf" <<END
global(workDirectory="$work" defaultNetstreamDriverCAFile="$work/ca.crt")
module(load="imuxsock" sysSock.use="off")
input(type="imuxsock" socket="$work/log")
*.* action(type="omfwd" protocol="tcp" target="10.20.0.60" port="6514" StreamDriver="gtls"
  StreamDriverMode="1" StreamDriverAuthMode="anon")
END
    serve office udp 514 rsyslogd -n -f "$work/rsyslog-in.conf" -i "$work/rsyslog-in.pid"
    listening office tcp 6514
}

servers_trend() {
    for one in pc1 pc2; do
        serve "$one" tcp 4118 openssl s_server -quiet -accept 4118 -cert "$work/inner.crt" \
            -key "$work/inner.key" -rev
    done
    serve office tcp 4122 openssl s_server -quiet -accept 4122 -cert "$work/inner.crt" \
        -key "$work/inner.key" -rev
}
